<?php

declare(strict_types=1);

namespace Msession\Wire;

/** The peer's bytes are no RESP, or pass a limit. Internal: callers see a ConnectionException with code PROTO. */
final class ProtocolFault extends \UnexpectedValueException
{
}
