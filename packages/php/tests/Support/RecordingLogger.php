<?php

declare(strict_types=1);

namespace Msession\Tests\Support;

/** The two methods of a PSR-3 logger that the handler uses. */
final class RecordingLogger
{
    /** @var list<string> */
    public $lines = [];

    /** @param array<string, mixed> $context */
    public function warning(string $message, array $context = []): void
    {
        $this->lines[] = 'warning ' . $message . ' ' . json_encode($context);
    }

    /** @param array<string, mixed> $context */
    public function info(string $message, array $context = []): void
    {
        $this->lines[] = 'info ' . $message . ' ' . json_encode($context);
    }
}
