<?php

declare(strict_types=1);

namespace Msession\Exception;

/**
 * Base of everything the object API throws. Match on {@see errorCode()}, not on the text: codes are those of the
 * server's error table, plus CONNECT, LOST and TIMEOUT for what happens on the way.
 */
class MsessionException extends \RuntimeException
{
    /** @var string */
    private $errorCode;

    /** @var bool */
    private $connectionSurvives;

    public function __construct(string $errorCode, string $message, bool $connectionSurvives, ?\Throwable $previous = null)
    {
        parent::__construct($errorCode . ' ' . $message, 0, $previous);
        $this->errorCode = $errorCode;
        $this->connectionSurvives = $connectionSurvives;
    }

    /** The first word of the server's error, or CONNECT, LOST, TIMEOUT, PROTO. */
    public function errorCode(): string
    {
        return $this->errorCode;
    }

    /** Whether the connection can be used for the next command; when not, the next command opens a new one. */
    public function connectionSurvives(): bool
    {
        return $this->connectionSurvives;
    }

    /** Whether the same request may succeed later without a change by the caller. */
    public function isRetryable(): bool
    {
        return false;
    }
}
