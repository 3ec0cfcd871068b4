<?php

declare(strict_types=1);

namespace Msession\Exception;

/** An argument or option is wrong; nothing was sent. */
final class ArgumentException extends MsessionException
{
    public function __construct(string $message)
    {
        parent::__construct('ERR', $message, true);
    }
}
