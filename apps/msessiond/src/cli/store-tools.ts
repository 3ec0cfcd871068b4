// The words of the tools for stores: what `msession check`, `dump`, `restore`, `backup` and `compact` take. They work on a
// data directory of this machine, `dump` and `restore` also on what Redis keeps, without a server; what they do is in
// run-store-tool.ts.
import { Argument, Command, Option } from 'commander';
import { isRedisAddress } from '../settings/redis-address.js';
import { UsageFault } from './request-words.js';

/** How Redis is reached, beside its address: settings of msessiond, as they were typed. */
export interface RedisFlags {
  readonly config?: string;
  readonly enginePassword?: string;
  readonly engineSentinelPassword?: string;
  readonly engineTlsCa?: string;
  readonly engineTlsCert?: string;
  readonly engineTlsKey?: string;
  readonly engineTimeout?: string;
  readonly engineReplicasAck?: string;
}

export type StoreTool =
  | { readonly name: 'check'; readonly directory: string; readonly scratch?: string; readonly showIds?: boolean }
  | ({
      readonly name: 'dump';
      /** Or the address of Redis. */
      readonly directory: string;
      readonly to?: string;
      readonly salvage?: boolean;
      readonly scratch?: string;
    } & RedisFlags)
  | ({
      readonly name: 'restore';
      /** Or the address of Redis. */
      readonly directory: string;
      readonly from?: string;
      readonly resume?: boolean;
      readonly cut?: boolean;
    } & RedisFlags)
  | { readonly name: 'backup'; readonly directory: string; readonly to: string }
  | { readonly name: 'compact'; readonly directory: string };

export const storeToolNames = ['check', 'dump', 'restore', 'backup', 'compact'] as const;

type StoreToolName = (typeof storeToolNames)[number];

const scratchOption = new Option(
  '--scratch <dir>',
  "where a copy may stand while a daemon has the store; default the system's temporary directory",
);

/** The settings of msessiond that are options here, too. */
export const redisSettings = [
  ['engine-password', '<text>', 'password of Redis; better in MSESSION_ENGINE_PASSWORD than where `ps` shows it'],
  ['engine-sentinel-password', '<text>', 'password of the Sentinels'],
  ['engine-tls-ca', '<file>', 'certificates of those who may sign certificates of Redis servers'],
  ['engine-tls-cert', '<file>', 'certificate that is shown to Redis servers'],
  ['engine-tls-key', '<file>', 'key of that certificate'],
  ['engine-timeout', '<time>', 'how long Redis may take for a step; default 30s'],
  ['engine-replicas-ack', '<number>', 'replicas of Redis that must have what is restored'],
  ['config', '<file>', 'configuration file of msessiond, where these settings may stand'],
] as const;

const onlyOfTargets: readonly string[] = ['engine-replicas-ack'];
const onlyOfDirectories: readonly (keyof Extract<StoreTool, { name: 'dump' }>)[] = ['salvage', 'scratch'];

interface ToolWords {
  readonly summary: string;
  readonly description: string;
  readonly options: readonly Option[];
  /** Whether it works on what Redis keeps, too. */
  readonly takesRedis?: true;
}

const tools: Readonly<Record<StoreToolName, ToolWords>> = {
  check: {
    summary: 'look whether a data directory is sound',
    description:
      'Looks at every page, record, deadline, lock and index entry of a store and says what is wrong. Beside a running daemon a copy is looked at. Ends with 1 when anything is wrong.',
    options: [new Option('--show-ids', 'name sessions by their ids'), scratchOption],
  },
  dump: {
    summary: 'write all sessions of a data directory or of Redis as JSON Lines',
    description:
      'Writes all sessions, with their locks and times, to standard output or a file that is not there yet; docs/dump-format.md says how. Beside a running daemon a copy is read, made in one moment. Of Redis, named by an address as msessiond --engine takes it, each session is read whole; for one moment stop the daemons.',
    takesRedis: true,
    options: [
      new Option('--to <file>', 'write to a file, which only its owner may read'),
      new Option(
        '--salvage',
        'of a damaged store: write what can be read, say what cannot, and end with 1 if anything is missing',
      ),
      scratchOption,
    ],
  },
  restore: {
    summary: 'make a data directory of a dump, or put it into Redis',
    description:
      'Makes a store of a dump, from standard input or a file, in an empty or new directory, or puts it into Redis, under a prefix without sessions or daemons. All of it or none: a dump that is wrong leaves nothing behind.',
    takesRedis: true,
    options: [
      new Option('--from <file>', 'read a file instead of standard input'),
      new Option(
        '--resume',
        'give each session what it had left when it was dumped; otherwise the time since then counts, as for a daemon that was stopped',
      ),
      new Option('--cut', 'take a dump that is cut off for what there is of it'),
    ],
  },
  backup: {
    summary: 'copy a data directory, also beside its running daemon',
    description:
      'Copies a store as it is at one moment into an empty or new directory, which a daemon can start on. With --url, --host or --port that daemon is first told to write everything down (SERIALIZE).',
    options: [new Option('--to <dir>', 'where the copy is to be').makeOptionMandatory()],
  },
  compact: {
    summary: 'give back the room that sessions once took on disk',
    description:
      'Writes the file of a store anew without its free pages and puts it in the place of the old one, which stays until then. The daemon must be stopped.',
    options: [],
  },
};

/** The commands of the tools; `onAsked` is called with what was asked. */
export function storeToolCommands(group: string, onAsked: (tool: StoreTool, command: Command) => void): Command[] {
  return storeToolNames.map((name) => {
    const { summary, description, options, takesRedis = false } = tools[name];
    const directory = 'directory of the store: what data-dir names in the settings of its daemon';
    const command = new Command(name)
      .summary(summary)
      .description(description)
      .addArgument(
        takesRedis
          ? new Argument('<data-dir|address>', `${directory}; or redis://… as in setting engine`)
          : new Argument('<data-dir>', directory),
      )
      .helpOption('--help', 'print this help')
      .showSuggestionAfterError(false)
      .helpGroup(group);
    for (const option of options) command.addOption(option);
    for (const [setting, value, text] of takesRedis ? redisSettings : [])
      if (name === 'restore' || !onlyOfTargets.includes(setting))
        command.addOption(new Option(`--${setting} ${value}`, text));
    return command.action((place: string, own: object, self: Command) => {
      checkPlace(name, place, own);
      onAsked({ name, directory: place, ...own } as StoreTool, self);
    });
  });
}

/** @throws UsageFault for a tool or an option that is not for such a place */
function checkPlace(name: StoreToolName, place: string, own: object): void {
  const optionsOf = (names: readonly string[]) => names.find((key) => key in own);
  if (!isRedisAddress(place)) {
    const stray = redisSettings.find(([setting]) => optionsOf([camelCase(setting)]) !== undefined);
    if (stray !== undefined) throw new UsageFault(`--${stray[0]} is for Redis, and ${name} was given a data directory`);
    return;
  }
  if (tools[name].takesRedis !== true)
    throw new UsageFault(
      `${name} is for data directories; what Redis keeps is backed up and checked by its own means, and msession dump writes it as JSON Lines`,
    );
  const stray = optionsOf(onlyOfDirectories);
  if (stray !== undefined) throw new UsageFault(`--${stray} is for data directories, and ${name} was given an address`);
}

/** A setting's name as an option's value is named: `engine-tls-ca` is `engineTlsCa`. */
export function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
