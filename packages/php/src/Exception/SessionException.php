<?php

declare(strict_types=1);

namespace Msession\Exception;

/** What the save handler throws with the option `throw`: the session could not be read or was not saved. */
final class SessionException extends MsessionException
{
    public function __construct(string $errorCode, string $message, ?\Throwable $previous = null)
    {
        parent::__construct($errorCode, $message, !($previous instanceof ConnectionException), $previous);
    }
}
