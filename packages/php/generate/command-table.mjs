// Writes src/CommandTable.php from the protocol package's command table, so that the PHP client lists no command a
// second time. `--check` changes nothing and fails when the file is not what the table says.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../../protocol/commands.generated.json', import.meta.url));
const target = fileURLToPath(new URL('../src/CommandTable.php', import.meta.url));
const { commands, errors } = JSON.parse(readFileSync(source, 'utf8'));

const rows = commands.flatMap((command) => [command, ...(command.subcommands ?? [])]);
const quoted = (text) => `'${String(text).replace(/[\\']/g, '\\$&')}'`;
const set = (names) => `[\n${names.map((name) => `        ${quoted(name)} => true,\n`).join('')}    ]`;
const errorRows = Array.isArray(errors) ? errors : Object.entries(errors).map(([code, row]) => ({ code, ...row }));

const text = `<?php

// Generated from the command table by generate/command-table.mjs. Do not edit.

declare(strict_types=1);

namespace Msession;

/** What the client must know of the commands beyond their words. */
final class CommandTable
{
    /** Every command, subcommands as "CONTAINER SUB". */
    public const COMMANDS = ${set(rows.map((row) => row.name))};

    /** Commands that are only a prefix of their subcommands. */
    public const CONTAINERS = ${set(commands.filter((row) => (row.subcommands ?? []).length > 0).map((row) => row.name))};

    /** Asking twice has the effect and the answer of asking once. */
    public const IDEMPOTENT = ${set(rows.filter((row) => row.flags.includes('idempotent')).map((row) => row.name))};

    /** Error codes behind which the server closes the connection. */
    public const CLOSING_ERRORS = ${set(errorRows.filter((row) => row.closesConnection).map((row) => row.code))};

    /** Error codes after which the same request may succeed later. */
    public const RETRYABLE_ERRORS = ${set(errorRows.filter((row) => row.isRetryable).map((row) => row.code))};
}
`;

if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== text) {
    process.stderr.write('packages/php/src/CommandTable.php is stale; run npm run generate -w @msession/php\n');
    process.exit(1);
  }
} else {
  writeFileSync(target, text);
}
