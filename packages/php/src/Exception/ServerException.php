<?php

declare(strict_types=1);

namespace Msession\Exception;

use Msession\CommandTable;

/** The server answered with an error, for example NOSESSION, LOCKED or NOWLOCK. */
final class ServerException extends MsessionException
{
    public function __construct(string $errorCode, string $message)
    {
        parent::__construct($errorCode, $message, !isset(CommandTable::CLOSING_ERRORS[$errorCode]));
    }

    public function isRetryable(): bool
    {
        return isset(CommandTable::RETRYABLE_ERRORS[$this->errorCode()]);
    }
}
