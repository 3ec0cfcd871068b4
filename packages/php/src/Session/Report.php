<?php

declare(strict_types=1);

namespace Msession\Session;

use Msession\Exception\SessionException;

/**
 * Tells the application what became of a write, what went wrong or was left out: as a warning or an exception, to its
 * logger, and as the last error and write. Neither ids nor data are part of any message.
 */
final class Report
{
    public const SAVED = 'saved';
    public const SKIPPED = 'skipped';
    public const LOST = 'lost';
    public const FAILED = 'failed';

    /** @var HandlerOptions */
    private $options;

    /** @var string|null */
    private $lastError;

    /** @var string|null */
    private $lastWrite;

    /** @var int */
    private $lostWrites = 0;

    public function __construct(HandlerOptions $options)
    {
        $this->options = $options;
    }

    public function lastError(): ?string
    {
        return $this->lastError;
    }

    public function clear(): void
    {
        $this->lastError = null;
    }

    public function lastWrite(): ?string
    {
        return $this->lastWrite;
    }

    public function lostWrites(): int
    {
        return $this->lostWrites;
    }

    public function saved(): bool
    {
        $this->lastWrite = self::SAVED;

        return true;
    }

    /** There was nothing to write. */
    public function skipped(): bool
    {
        $this->lastWrite = self::SKIPPED;

        return true;
    }

    /** There was something to write, and the session is open for reading only. */
    public function readOnly(): bool
    {
        $this->lastWrite = self::SKIPPED;
        $this->failure('write', 'READONLY', 'the session was opened for reading only, its changes are not saved');

        return false;
    }

    /** Another has the lock, or the session ended. */
    public function lost(string $code, string $text): bool
    {
        $this->lastWrite = self::LOST;
        $this->lostWrites++;
        $this->failure('write', $code, $code . ' ' . $text);

        return false;
    }

    public function failed(string $code, string $text, ?\Throwable $cause): bool
    {
        $this->lastWrite = self::FAILED;
        $this->failure('write', $code, $text, $cause);

        return false;
    }

    /** Called when stream and lock are settled, since neither a warning nor an exception need return. */
    public function failure(string $callback, string $code, string $text, ?\Throwable $cause = null): void
    {
        $this->lastError = $code;
        $message = sprintf('msession session %s: %s', $callback, $text);
        $this->log('warning', $message, $code);
        if ($this->options->throws) {
            throw new SessionException($code, $message, $cause);
        }
        trigger_error($message . $this->place(), E_USER_WARNING);
    }

    public function log(string $level, string $message, string $code = ''): void
    {
        if ($this->options->logger !== null) {
            $this->options->logger->{$level}($message, $code === '' ? [] : ['code' => $code]);
        }
    }

    /** Where the application called PHP's session function. */
    private function place(): string
    {
        $directory = \dirname(__DIR__) . DIRECTORY_SEPARATOR;
        foreach (debug_backtrace(DEBUG_BACKTRACE_IGNORE_ARGS, 16) as $frame) {
            if (isset($frame['file'], $frame['line']) && strncmp($frame['file'], $directory, \strlen($directory)) !== 0) {
                return ' in ' . $frame['file'] . ':' . $frame['line'];
            }
        }

        return '';
    }
}
