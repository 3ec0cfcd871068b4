<?php

declare(strict_types=1);

namespace Msession\Tests\Support;

/** As much of Laravel's configuration as its session manager asks for. */
final class StubConfig
{
    /** @var array<string, mixed> */
    private $values;

    /** @param array<string, mixed> $values */
    public function __construct(array $values)
    {
        $this->values = $values;
    }

    /**
     * @param mixed $default
     * @return mixed
     */
    public function get(string $name, $default = null)
    {
        return $this->values[$name] ?? $default;
    }
}
