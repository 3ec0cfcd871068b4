// docs/engine-matrix.md: a row for each server that was run, and what is known of the versions between them.
import type { RedisProgram } from '../support/redis-program.js';

export interface SuiteCounts {
  readonly passed: number;
  /** Names of what did not pass. */
  readonly failed: readonly string[];
}

export interface ServerRun {
  readonly program: Pick<RedisProgram, 'product' | 'version'>;
  readonly engine: SuiteCounts;
  readonly daemons: SuiteCounts;
  /** `2026-11-22` */
  readonly date: string;
}

const mostNamed = 8;
const rowPattern = /^\| ((?:Redis|Valkey) \d\S*) \|.*\|$/gm;

/** The page with this run in it; rows of other servers stay as they are on the page so far. */
export function matrixPage(pageSoFar: string, run: ServerRun): string {
  const rows = new Map([...pageSoFar.matchAll(rowPattern)].map(([row, server = '']) => [server, row]));
  rows.set(serverName(run.program), rowOf(run));
  const { compare } = new Intl.Collator('en', { numeric: true });
  const inOrder = [...rows].sort(([left], [right]) => compare(left, right)).map(([, row]) => row);
  return `${introduction}${inOrder.join('\n')}\n${between}`;
}

export function serverName({ product, version }: ServerRun['program']): string {
  return `${product} ${version}`;
}

function rowOf({ program, engine, daemons, date }: ServerRun): string {
  const failed = [...engine.failed, ...daemons.failed];
  const named = failed.slice(0, mostNamed).map((name) => `“${name.replaceAll('|', '\\|')}”`);
  if (failed.length > mostNamed) named.push(`${failed.length - mostNamed} more`);
  const result = failed.length === 0 ? 'all passed' : `failed: ${named.join('; ')}`;
  return `| ${serverName(program)} | ${counts(engine)} | ${counts(daemons)} | ${date} | ${result} |`;
}

function counts({ passed, failed }: SuiteCounts): string {
  return failed.length === 0 ? `${passed} passed` : `${passed} passed, ${failed.length} failed`;
}

const introduction = `# The Redis engine on every server it promises

The engine is promised on Redis 6.2 or later and on Valkey. Here is the last run of

\`\`\`
npm run test:engine-matrix -- FILE…
\`\`\`

on the executable of each server (without FILE: the \`redis-server\` of the machine). *Engine* is the whole suite of
\`packages/engine-redis\`: conformance in process and over TCP, on one server and on a Cluster of three masters and three replicas; locks of
several front-ends; Sentinel, TLS with users, slots that move, failovers, dumps. *Daemons* is \`apps/msessiond/test/redis\`: processes of
msessiond in front of one server, Sentinels and a Cluster, under load while slots move and masters die.

| server, as it names itself | engine | daemons | date | result |
| --- | --- | --- | --- | --- |
`;

const between = `
## Redis 6.2

Redis 6.2 itself was not to be had for this page: no release of Debian has it. It is bounded from both sides: by Redis 7.0, and by
Redis 6.0, which is older and which the engine refuses (\`Redis 6.0.16 at … is too old: msession needs Redis 6.2 or later, or Valkey\`). For the row
of 6.0 that refusal is passed over: the version that the server gives is read as 6.2 (\`test/matrix/taken-for-supported.mjs\`).

The engine uses no command and no option that came with 6.2. Of what 6.2 brought only the rules of users for channels (\`&shop:*\`) are documented
for it: users of the tests on 6.0 go without them, and where a test has the user \`default\` off, he may say \`HELLO\`, as before 6.2.2 he must. All else
is as on the others, so what passes there uses nothing that 6.2 lacks.

\`SSUBSCRIBE\` and \`SPUBLISH\`, which came with 7.0, the engine uses in a Cluster of which every master is Redis 7 or later, or Valkey; elsewhere each
front-end has one channel instead. The rows of 6.0 and of 7.0 are these two ways under the same tests.

| differs | until 6.2 | since 7.0 |
| --- | --- | --- |
| what a command of a script is refused with (\`READONLY\`, \`NOREPLICAS\`, \`OOM\`, \`MISCONF\`) | stands inside of an error of the script | is the error |
| \`min-replicas-to-write\` and scripts, which all writes of the engine are | not held back before 6.2.7: take that or later, or \`engine-replicas-ack\` | held back |
| \`HELLO … AUTH\` where the user \`default\` is off | refused before 6.2.2: take that or later, or \`ACL SETUSER default +hello\` | carried out |
| port of a Cluster's bus | 10,000 above the other | \`cluster-port\`, or 10,000 above |

Valkey gives two versions, its own and that of the Redis whose commands it has; the second decides what is used.
`;
