<?php

// Generated from the command table by generate/command-table.mjs. Do not edit.

declare(strict_types=1);

namespace Msession;

/** What the client must know of the commands beyond their words. */
final class CommandTable
{
    /** Every command, subcommands as "CONTAINER SUB". */
    public const COMMANDS = [
        'CREATE' => true,
        'DROP' => true,
        'RENAME' => true,
        'COPY' => true,
        'SETVAL' => true,
        'GETVAL' => true,
        'DELVAL' => true,
        'GETALL' => true,
        'INC' => true,
        'ADD' => true,
        'MULDIV' => true,
        'DATAGET' => true,
        'DATASET' => true,
        'GETOBJECT' => true,
        'SLOCK' => true,
        'SCANCEL' => true,
        'SUNLOCK' => true,
        'SEXTEND' => true,
        'LOCKS' => true,
        'TIMEOUT' => true,
        'CTL' => true,
        'COUNT' => true,
        'LIST' => true,
        'FIND' => true,
        'LISTVAR' => true,
        'DROPWHERE' => true,
        'UNIQ' => true,
        'RANDSTR' => true,
        'FLUSH' => true,
        'SUBNEW' => true,
        'SUBLIST' => true,
        'PLUGIN' => true,
        'CALL' => true,
        'SERIALIZE' => true,
        'EVENTS' => true,
        'PING' => true,
        'ECHO' => true,
        'HELLO' => true,
        'AUTH' => true,
        'QUIT' => true,
        'RESET' => true,
        'SELECT' => true,
        'CLIENT' => true,
        'CLIENT ID' => true,
        'CLIENT GETNAME' => true,
        'CLIENT SETNAME' => true,
        'CLIENT SETINFO' => true,
        'CLIENT INFO' => true,
        'CLIENT LIST' => true,
        'CLIENT KILL' => true,
        'CLIENT NO-EVICT' => true,
        'CLIENT UNBIND' => true,
        'COMMAND' => true,
        'COMMAND COUNT' => true,
        'COMMAND LIST' => true,
        'COMMAND INFO' => true,
        'COMMAND DOCS' => true,
        'COMMAND GETKEYS' => true,
        'INFO' => true,
        'CONFIG' => true,
        'CONFIG GET' => true,
        'CONFIG SET' => true,
        'CONFIG REWRITE' => true,
        'CONFIG RESETSTAT' => true,
        'SLOWLOG' => true,
        'SLOWLOG GET' => true,
        'SLOWLOG LOCKS' => true,
        'SLOWLOG LEN' => true,
        'SLOWLOG RESET' => true,
        'MONITOR' => true,
        'SHUTDOWN' => true,
    ];

    /** Commands that are only a prefix of their subcommands. */
    public const CONTAINERS = [
        'CLIENT' => true,
        'COMMAND' => true,
        'CONFIG' => true,
        'SLOWLOG' => true,
    ];

    /** Asking twice has the effect and the answer of asking once. */
    public const IDEMPOTENT = [
        'SETVAL' => true,
        'GETVAL' => true,
        'GETALL' => true,
        'DATAGET' => true,
        'GETOBJECT' => true,
        'SUNLOCK' => true,
        'SEXTEND' => true,
        'LOCKS' => true,
        'TIMEOUT' => true,
        'CTL' => true,
        'COUNT' => true,
        'LIST' => true,
        'FIND' => true,
        'LISTVAR' => true,
        'SUBLIST' => true,
        'SERIALIZE' => true,
        'PING' => true,
        'ECHO' => true,
        'SELECT' => true,
        'CLIENT ID' => true,
        'CLIENT GETNAME' => true,
        'CLIENT SETNAME' => true,
        'CLIENT SETINFO' => true,
        'CLIENT INFO' => true,
        'CLIENT LIST' => true,
        'CLIENT NO-EVICT' => true,
        'COMMAND COUNT' => true,
        'COMMAND LIST' => true,
        'COMMAND INFO' => true,
        'COMMAND DOCS' => true,
        'COMMAND GETKEYS' => true,
        'INFO' => true,
        'CONFIG GET' => true,
        'SLOWLOG GET' => true,
        'SLOWLOG LOCKS' => true,
        'SLOWLOG LEN' => true,
    ];

    /** Error codes behind which the server closes the connection. */
    public const CLOSING_ERRORS = [
        'PROTO' => true,
        'DENIED' => true,
        'MAXCLIENTS' => true,
    ];

    /** Error codes after which the same request may succeed later. */
    public const RETRYABLE_ERRORS = [
        'LOCKED' => true,
        'BUSY' => true,
        'MAXCLIENTS' => true,
        'OOM' => true,
        'UNAVAILABLE' => true,
    ];
}
