<?php

declare(strict_types=1);

namespace Msession\Wire;

use Msession\Exception\ServerException;

/** An error reply as a value: in a pipeline one command may fail and its neighbours succeed. */
final class ErrorReply
{
    /** @var string */
    public $code;

    /** @var string */
    public $message;

    public function __construct(string $code, string $message)
    {
        $this->code = $code;
        $this->message = $message;
    }

    public static function fromLine(string $line): self
    {
        $space = strpos($line, ' ');

        return $space === false ? new self($line, '') : new self(substr($line, 0, $space), substr($line, $space + 1));
    }

    public function toException(): ServerException
    {
        return new ServerException($this->code, $this->message);
    }
}
