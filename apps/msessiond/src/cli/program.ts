// The command line of `msession`: one subcommand for every command of the table, with its options as flags, and short
// names for the everyday ones. What a subcommand does is handed in, so that this file only reads words.
import { type ArgumentSpec, type CommandSpec, commandList } from '@msession/protocol';
import { defaultCostLog2 } from '@msession/server';
import { Argument, Command, type HelpConfiguration, Option } from 'commander';
import { nearestName } from '../settings/setting-fault.js';
import type { ServerFlags } from './client-options.js';
import { aliases, findCommand, lastWord, resolveAlias } from './command-names.js';
import { readCost } from './hash-password.js';
import { optionKey, requestWords, UsageFault, type Word } from './request-words.js';
import { readInterval } from './run-top.js';
import { type StoreTool, storeToolCommands, storeToolNames } from './store-tools.js';

export interface GlobalFlags extends ServerFlags {
  readonly json?: boolean;
  readonly raw?: boolean;
  readonly stdin?: boolean;
}

/** What the command line asks for: the words of one request, or the prompt. */
export type Asked =
  | { readonly what: 'request'; readonly words: Word[]; readonly flags: GlobalFlags }
  | { readonly what: 'prompt'; readonly flags: GlobalFlags }
  | { readonly what: 'top'; readonly intervalMs: number; readonly isOnce: boolean; readonly flags: GlobalFlags }
  | { readonly what: 'hash-password'; readonly costLog2: number; readonly flags: GlobalFlags }
  | { readonly what: 'store-tool'; readonly tool: StoreTool; readonly flags: GlobalFlags };

export interface ProgramOptions {
  readonly version: string;
  /** Called once with what was asked. */
  readonly onAsked: (asked: Asked) => void;
  /** All of standard input, for `--stdin`. */
  readonly readStdin: () => Buffer;
}

const toolGroup = 'Tools:';

/** Words behind those that a command names; help does not list them. */
const furtherWords = 'words';

const helpForm: HelpConfiguration = {
  helpWidth: Math.min(process.stdout.columns ?? 100, 120),
  argumentTerm: (argument) => argument.name(),
  visibleArguments: (command) => command.registeredArguments.filter((argument) => argument.name() !== furtherWords),
  subcommandTerm: (command) => `${command.name()} ${command.usage().replace(/ ?\[options\]$/, '')}`.trimEnd(),
};

const examples = `
Examples:
  msession set visit-1 user ada            msession lock visit-1 --wait 5000 --note me
  msession get visit-1 user                msession find user ada --json
  msession write visit-1 --stdin < blob    msession monitor
  msession backup /var/lib/msession --to /backup/monday
  msession                                 (a prompt with help, history and completion)

The server is --url, else --host and --port, else MSESSION_URL, else 127.0.0.1:8086.
Exit codes: 0 answered, 1 answered an error, 2 wrong command line, 3 no connection. Of tools for a data directory: 0 done,
1 not done, or something is wrong with it.`;

export function buildProgram(options: ProgramOptions): Command {
  const program = new Command('msession')
    .description('Talks to a msession server. Every command of the server is a subcommand.')
    .usage('[options] [command] [arguments]')
    .version(options.version, '--version', 'print the version')
    .helpOption('--help', 'print help; behind a command, its own')
    .addOption(new Option('--url <url>', 'server: msession://[[user]:password@]host[:port], unix:///path'))
    .addOption(new Option('--host <address>', 'server address'))
    .addOption(new Option('--port <port>', 'server port'))
    .addOption(new Option('--user <name>', 'user, with --password'))
    .addOption(new Option('--password <text>', 'password; better in MSESSION_URL than where `ps` shows it'))
    .addOption(new Option('--json', 'print replies and errors as JSON'))
    .addOption(new Option('--raw', 'print the bytes of a reply and nothing else').conflicts('json'))
    .addOption(new Option('-x, --stdin', 'take the last argument from standard input'))
    .argument('[words...]')
    .configureHelp({ ...helpForm, visibleArguments: () => [] })
    .addHelpText('after', examples)
    .showSuggestionAfterError(false)
    .action((words: string[], flags: GlobalFlags) => {
      const [unknown] = words;
      if (unknown !== undefined) throw new UsageFault(unknownCommand(unknown));
      options.onAsked({ what: 'prompt', flags });
    });
  for (const spec of commandList) program.addCommand(commandFor(spec, options));
  for (const [word, name] of Object.entries(aliases)) {
    const spec = findCommand([name])?.spec as CommandSpec;
    const command = commandFor(spec, options, word).summary(`short for ${name}`).helpGroup('Short names:');
    program.addCommand(command);
  }
  const send = new Command('send')
    .summary('any words, for commands of plugins')
    .description('Sends words as they are, for commands that plugins add.')
    .argument('<words...>')
    .helpGroup('Short names:')
    .action((words: string[], _own, command: Command) => ask(words, command, options));
  program.addCommand(send);
  program.addCommand(topCommand(options));
  program.addCommand(hashPasswordCommand(options));
  for (const command of storeToolCommands(toolGroup, (tool, self) =>
    options.onAsked({ what: 'store-tool', tool, flags: self.optsWithGlobals<GlobalFlags>() }),
  ))
    program.addCommand(command);
  return program;
}

function topCommand(options: ProgramOptions): Command {
  return new Command('top')
    .summary('throughput, latency, sessions, memory and locks, live')
    .description('Shows what the server does, again and again, until q or Ctrl-C. The user needs the right admin.')
    .addOption(new Option('--interval <seconds>', 'between two looks').default('2'))
    .addOption(new Option('--once', 'print one look as text and end'))
    .helpOption('--help', 'print this help')
    .helpGroup(toolGroup)
    .action((own: { interval: string; once?: boolean }, command: Command) =>
      options.onAsked({
        what: 'top',
        intervalMs: readInterval(own.interval),
        isOnce: own.once === true,
        flags: command.optsWithGlobals<GlobalFlags>(),
      }),
    );
}

function hashPasswordCommand(options: ProgramOptions): Command {
  return new Command('hash-password')
    .summary('make the hash of a password for the users of a configuration file')
    .description(
      'Asks for a password, or reads the first line of standard input, and prints its hash: password-hash of a [users.NAME] table.',
    )
    .addOption(new Option('--cost <log2>', "logarithm of scrypt's cost").default(String(defaultCostLog2)))
    .helpOption('--help', 'print this help')
    .helpGroup(toolGroup)
    .action((own: { cost: string }, command: Command) =>
      options.onAsked({
        what: 'hash-password',
        costLog2: readCost(own.cost),
        flags: command.optsWithGlobals<GlobalFlags>(),
      }),
    );
}

/** `--prot` is an option of nobody: says so, with the nearest. */
export function unknownOption(flag: string, command: Command): string {
  const options = [...command.options, ...(command.parent?.options ?? [])];
  const known = [...options.flatMap(({ long }) => long ?? []), '--help'];
  return `unknown option ${flag}${nearestName(flag, known)}; write -- before words that begin with --`;
}

function unknownCommand(word: string): string {
  const tools = ['top', 'hash-password', 'send', ...storeToolNames];
  const known = [...commandList.map(({ name }) => name.toLowerCase()), ...Object.keys(aliases), ...tools];
  return `unknown command ${word}${nearestName(word.toLowerCase(), known)}; msession --help lists all`;
}

function commandFor(spec: CommandSpec, options: ProgramOptions, word = lastWord(spec).toLowerCase()): Command {
  const command = new Command(word)
    .summary(spec.summary.replace(/\.$/, ''))
    .description([spec.summary, spec.details ?? ''].join('\n\n').trim())
    .helpOption('--help', 'print this help')
    .showSuggestionAfterError(false)
    .helpGroup(`${spec.group[0]?.toUpperCase()}${spec.group.slice(1)}:`);
  for (const sub of spec.subcommands ?? []) command.addCommand(commandFor(sub, options));
  for (const argument of spec.arguments.filter(isByPosition))
    if (argument.kind !== 'rest') command.addArgument(new Argument(`[${argument.name}]`, describePosition(argument)));
  // further words in the server's own form (WAIT 5000), or a list
  const rest = spec.arguments.find((argument) => argument.kind === 'rest');
  command.addArgument(new Argument(`[${rest?.name ?? furtherWords}...]`, rest?.summary ?? ''));
  command.configureHelp(helpForm);
  command.usage(usageOf(spec));
  for (const argument of [...spec.arguments, ...(spec.guardedForm ?? [])]) addOptions(command, argument, spec);
  return command.action((...parameters: unknown[]) => {
    const self = parameters.at(-1) as Command;
    const flags = parameters.at(-2) as Record<string, unknown>;
    const words = self.args;
    const isBare = spec.subcommands !== undefined && spec.reply.type === 'any';
    if (isBare) throw new UsageFault(bareContainer(spec, words[0]));
    const target = findCommand([resolveAlias(word, words.length) ?? spec.name])?.spec ?? spec;
    const given: Word[] = takesStdin(self) ? [...words, options.readStdin()] : words;
    ask(requestWords(spec.name.includes(' ') ? spec : target, given, flags), self, options);
  });
}

function ask(words: Word[], command: Command, options: ProgramOptions): void {
  options.onAsked({ what: 'request', words, flags: command.optsWithGlobals<GlobalFlags>() });
}

function takesStdin(command: Command): boolean {
  return command.optsWithGlobals<GlobalFlags>().stdin === true;
}

function bareContainer(spec: CommandSpec, given: string | undefined): string {
  const subs = (spec.subcommands ?? []).map((sub) => lastWord(sub).toLowerCase());
  const wanted = `${spec.name.toLowerCase()} wants one of ${subs.join(' ')}`;
  return given === undefined ? wanted : `${wanted}, not ${given}${nearestName(given.toLowerCase(), subs)}`;
}

function isByPosition(argument: ArgumentSpec): boolean {
  return argument.kind === 'positional' || argument.kind === 'word' || argument.kind === 'rest';
}

function describePosition(argument: ArgumentSpec): string {
  const words = argument.kind === 'word' ? argument.words.join('|') : '';
  return [words, argument.summary ?? ''].filter((part) => part !== '').join(': ');
}

function usageOf(spec: CommandSpec): string {
  const positions = spec.arguments.filter(isByPosition).map((argument) => {
    if (argument.kind === 'rest') {
      const item = argument.pair === undefined ? `<${argument.name}>` : '<name> <value>';
      return argument.minimum === 0 ? `[${item} …]` : `${item} …`;
    }
    const isShort = argument.kind === 'word' && argument.words.length <= 3;
    const name = isShort ? argument.words.join('|') : argument.name;
    return 'optional' in argument && argument.optional === true ? `[${name}]` : `<${name}>`;
  });
  return [...positions, '[options]'].join(' ');
}

/** The flags of one argument; ASYNC is left out, since its answer is a push that comes when the program has ended. */
function addOptions(command: Command, argument: ArgumentSpec, spec: CommandSpec): void {
  const add = (flags: string, summary: string, collect = false) => {
    const option = new Option(flags, summary);
    if (collect) option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
    if (!command.options.some(({ long }) => long === option.long)) command.addOption(option);
  };
  const summary = argument.summary ?? '';
  if (argument.kind === 'choice') for (const token of argument.tokens) add(`--${optionKey(token)}`, summary);
  if (argument.kind === 'flag' && argument.token !== 'ASYNC') add(`--${optionKey(argument.token)}`, summary);
  if (argument.kind === 'option') add(`--${optionKey(argument.token)} <${argument.name}>`, summary);
  // in a guarded form the list is what stands behind the id already
  if (argument.kind === 'counted' && spec.arguments.includes(argument)) {
    const item = argument.pair === undefined ? '<name>' : '<name=value>';
    add(`--${optionKey(argument.token)} ${item}`, `${summary}; may be given several times`, true);
  }
}
