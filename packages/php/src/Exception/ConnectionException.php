<?php

declare(strict_types=1);

namespace Msession\Exception;

/** The connection could not be opened (CONNECT), was lost (LOST), was too slow (TIMEOUT) or spoke no RESP (PROTO). */
final class ConnectionException extends MsessionException
{
    /** @var bool */
    private $requestMayHaveRun;

    public function __construct(string $errorCode, string $message, bool $requestMayHaveRun = false, ?\Throwable $previous = null)
    {
        parent::__construct($errorCode, $message, false, $previous);
        $this->requestMayHaveRun = $requestMayHaveRun;
    }

    /** False when no byte of the request left this process; true when the server may have run it. */
    public function requestMayHaveRun(): bool
    {
        return $this->requestMayHaveRun;
    }

    public function isRetryable(): bool
    {
        return $this->errorCode() !== 'PROTO';
    }
}
