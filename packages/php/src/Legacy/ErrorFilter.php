<?php

declare(strict_types=1);

namespace Msession\Legacy;

/** An error handler that drops exactly three kinds of message and passes all others on. */
final class ErrorFilter
{
    // PHP 8's words, then those of 7.4
    private const DROPPED = '/^(?:Undefined array key |Undefined variable |Undefined global variable |Trying to access array offset on (?:value of type )?null|Undefined (?:index|offset|variable): )/';

    /** @var callable|null */
    private $previous;

    public static function install(): void
    {
        $filter = new self();
        $filter->previous = set_error_handler([$filter, 'handle']);
    }

    /** @return bool|mixed */
    public function handle(int $level, string $message, string $file = '', int $line = 0)
    {
        if (($level === E_WARNING || $level === E_NOTICE)
            && preg_match(self::DROPPED, $message) === 1
            && preg_match('~[/\\\\]vendor[/\\\\]~', $file) !== 1) {
            return true;
        }

        return $this->previous === null ? false : ($this->previous)($level, $message, $file, $line);
    }
}
