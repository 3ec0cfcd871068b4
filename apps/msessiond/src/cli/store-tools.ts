// The words of the tools for stores: what `msession check`, `dump`, `restore`, `backup` and `compact` take. They work on a
// data directory of this machine, without a server; what they do is in run-store-tool.ts.
import { Argument, Command, Option } from 'commander';

export type StoreTool =
  | { readonly name: 'check'; readonly directory: string; readonly scratch?: string; readonly showIds?: boolean }
  | {
      readonly name: 'dump';
      readonly directory: string;
      readonly to?: string;
      readonly salvage?: boolean;
      readonly scratch?: string;
    }
  | {
      readonly name: 'restore';
      readonly directory: string;
      readonly from?: string;
      readonly resume?: boolean;
      readonly cut?: boolean;
    }
  | { readonly name: 'backup'; readonly directory: string; readonly to: string }
  | { readonly name: 'compact'; readonly directory: string };

export const storeToolNames = ['check', 'dump', 'restore', 'backup', 'compact'] as const;

type StoreToolName = (typeof storeToolNames)[number];

const scratchOption = new Option(
  '--scratch <dir>',
  "where a copy may stand while a daemon has the store; default the system's temporary directory",
);

const tools: Readonly<
  Record<StoreToolName, { readonly summary: string; readonly description: string; readonly options: readonly Option[] }>
> = {
  check: {
    summary: 'look whether a data directory is sound',
    description:
      'Looks at every page, record, deadline, lock and index entry of a store and says what is wrong. Beside a running daemon a copy is looked at. Ends with 1 when anything is wrong.',
    options: [new Option('--show-ids', 'name sessions by their ids'), scratchOption],
  },
  dump: {
    summary: 'write all sessions of a data directory as JSON Lines',
    description:
      'Writes all sessions, with their locks and times, to standard output or a file that is not there yet; docs/dump-format.md says how. Beside a running daemon a copy is read, made in one moment.',
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
    summary: 'make a data directory of a dump',
    description:
      'Makes a store of a dump, from standard input or a file, in an empty or new directory. All of it or none: a dump that is wrong leaves nothing behind.',
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
    const { summary, description, options } = tools[name];
    const command = new Command(name)
      .summary(summary)
      .description(description)
      .addArgument(
        new Argument('<data-dir>', 'directory of the store: what data-dir names in the settings of its daemon'),
      )
      .helpOption('--help', 'print this help')
      .showSuggestionAfterError(false)
      .helpGroup(group);
    for (const option of options) command.addOption(option);
    return command.action((directory: string, own: object, self: Command) =>
      onAsked({ name, directory, ...own } as StoreTool, self),
    );
  });
}
