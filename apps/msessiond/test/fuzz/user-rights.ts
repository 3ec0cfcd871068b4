// Who the fuzzer is, what each may run, and what the server must answer to a request: computed from the command table
// and a parser, so that a server which runs too much, or answers too often, is noticed.
import {
  type CommandSpec,
  findCommand,
  findSubcommand,
  ReplyError,
  type ReplyValue,
  type Request,
} from '@msession/protocol';

export const userNames = ['nobody', 'reader', 'writer', 'operator'] as const;

/** `nobody` has not said who it is. */
export type UserName = (typeof userNames)[number];

const rights: Readonly<Record<UserName, readonly string[]>> = {
  nobody: [],
  reader: ['read'],
  writer: ['read', 'write'],
  operator: ['read', 'write', 'admin'],
};

/**
 * - `any`: whatever fits the command; `error`: some refusal
 * - `denied`: a refusal that says that it is one, unless the request is wrong besides; `fault`: the bytes are no request
 */
export type Expectation = 'any' | 'error' | 'denied' | 'fault';

/** Commands whose effect on other connections, or on this one's replies, the fuzzer could not follow. */
const unfollowable = new Set(['SHUTDOWN', 'MONITOR', 'CLIENT KILL', 'CONFIG SET', 'CONFIG REWRITE']);
const longestWaitMs = 2;

/** The command that a request names, the subcommand where it names one. */
export function namedCommand(request: Request): CommandSpec | undefined {
  const command = findCommand(request);
  return command === undefined ? undefined : (findSubcommand(command, request) ?? command);
}

export function mayRun(user: UserName, spec: CommandSpec): boolean {
  if (spec.flags.includes('beforeAuth')) return true;
  if (user === 'nobody') return false;
  return spec.flags.every((flag) => !['read', 'write', 'admin'].includes(flag) || rights[user].includes(flag));
}

export function expectationOf(user: UserName, request: Request): Expectation {
  const spec = namedCommand(request);
  if (spec === undefined) return 'error';
  if (!mayRun(user, spec)) return 'denied';
  if (spec.name === 'QUIT' && request.count > 1) return 'error';
  if (spec.name === 'EVENTS' && user !== 'operator' && hasWord(request, 'DATA')) return 'error';
  return 'any';
}

/** Whether a request must stay out of the middle of a batch: it changes who we are, ends us, waits long, or harms others. */
export function breaksFlow(user: UserName, request: Request): boolean {
  const spec = namedCommand(request);
  if (spec === undefined) return false;
  if (spec.name === 'QUIT') return request.count === 1;
  if (spec.name === 'RESET' || spec.name === 'AUTH') return true;
  if (spec.name === 'HELLO') return hasWord(request, 'AUTH');
  if (!mayRun(user, spec)) return false;
  return unfollowable.has(spec.name) || (spec.name === 'SLOCK' && waitsLong(request));
}

function hasWord(request: Request, word: string): boolean {
  for (let i = 1; i < request.count; i++) if (request.isToken(i, word)) return true;
  return false;
}

function waitsLong(request: Request): boolean {
  for (let i = 1; i + 1 < request.count; i++)
    if (request.isToken(i, 'WAIT') && Number(request.latin1(i + 1)) > longestWaitMs) return true;
  return false;
}

const refusals: Readonly<Record<'error' | 'denied' | 'fault', readonly string[]>> = {
  error: ['ERR', 'NOAUTH', 'NOPERM', 'BADLEN'],
  denied: ['NOPERM', 'NOAUTH', 'ERR', 'BADLEN'],
  fault: ['PROTO', 'BADLEN'],
};

/** What is wrong with a reply, or undefined. */
export function faultOfReply(reply: ReplyValue, expected: Expectation): string | undefined {
  if (reply instanceof ReplyError) {
    if (reply.message.includes('internal error')) return `an internal error: ${reply.message}`;
    if (expected === 'any' || refusals[expected].includes(reply.code)) return undefined;
    return `${reply.code} where ${refusals[expected].join(' or ')} was due`;
  }
  return expected === 'any' ? undefined : `an answer where a refusal (${expected}) was due`;
}
