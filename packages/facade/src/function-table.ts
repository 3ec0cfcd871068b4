// What each function does, once, for await and for the synchronous entry: how its arguments are converted, which command
// it sends, what it makes of the reply, and what its caller sees when that fails.
import type { MsessionClient } from '@msession/client';
import type { PhpFunctions } from './php-functions.js';

/** An argument after its conversion. */
export type PhpArgument = string | Buffer | number | bigint | [name: string, value: string | Buffer][] | undefined;

export interface FunctionParameter {
  /** `array` keeps what is no array as undefined: its function warns. */
  readonly type: 'text' | 'integer' | 'array';
  readonly isOptional?: true;
}

export interface FunctionSettings {
  readonly listvar: 'value' | 'session';
}

export type FunctionClient = MsessionClient<'utf8' | 'buffer'>;

/** Text in the encoding of the facade. */
export type PhpText = string | Buffer;

export interface FunctionSpec {
  readonly parameters: readonly FunctionParameter[];
  /** Sends the command; answers what the function returns. Errors of the client are left to the caller. */
  run(client: FunctionClient, given: readonly PhpArgument[], settings: FunctionSettings): Promise<unknown>;
  /** What the function returns when `run` fails. */
  readonly onFailure: unknown;
  /** What it returns without a connection; false where nothing is said. */
  readonly unconnected?: unknown;
  /** Refusals of the server that are not warned of: all, or these codes. */
  readonly silent?: true | readonly string[];
}

/** An argument that the function itself refuses; the message is that of the warning. */
export class RefusedArgument extends Error {}

const text = { type: 'text' } as const;
const optionalText = { type: 'text', isOptional: true } as const;
const integer = { type: 'integer' } as const;
const defaultClass = 'phpsession';
const facts = ['EXIST', 'TTL', 'AGE', 'TLA', 'CTIME', 'TOUCH', 'NOW'] as const;

const getData: FunctionSpec = {
  parameters: [text],
  run: (client, [session]) => client.dataget(bytes(session)),
  onFailure: null,
  silent: true,
};

const setData: FunctionSpec = {
  parameters: [text, text],
  run: async (client, [session, value]) => {
    await client.dataset(bytes(session), bytes(value));
    return true;
  },
  onFailure: false,
};

export const functionTable: Readonly<
  Record<Exclude<keyof PhpFunctions, 'msession_connect' | 'msession_disconnect'>, FunctionSpec>
> = {
  msession_count: { parameters: [], run: (client) => client.count(), onFailure: 0, silent: true },
  msession_create: {
    parameters: [text, optionalText, optionalText],
    run: async (client, [session, className, data]) => {
      await client.create(bytes(session), classAndData(className, data));
      return true;
    },
    onFailure: false,
  },
  msession_destroy: {
    parameters: [text],
    run: async (client, [name]) => {
      await client.drop(bytes(name));
      return true;
    },
    onFailure: true,
    unconnected: true,
  },
  msession_lock: { parameters: [text], run: (client, [name]) => client.slock(bytes(name)), onFailure: false },
  msession_unlock: {
    parameters: [text, integer],
    run: (client, [session, key]) => client.sunlock(bytes(session), whole(key)),
    onFailure: false,
  },
  msession_set: {
    parameters: [text, text, text],
    run: async (client, [session, name, value]) => {
      await client.setval(bytes(session), [[bytes(name), bytes(value)]]);
      return true;
    },
    onFailure: false,
  },
  msession_get: {
    parameters: [text, text, text],
    run: (client, [session, name, fallback]) => client.getval(bytes(session), bytes(name), bytes(fallback)),
    onFailure: null,
  },
  msession_find: {
    parameters: [text, text],
    run: async (client, [name, value]) => listOrNull(await client.find(bytes(name), bytes(value))),
    onFailure: null,
  },
  msession_list: {
    parameters: [],
    run: async (client) => listOrNull(await client.list()),
    onFailure: null,
    silent: ['NOSESSION'],
  },
  msession_get_array: {
    parameters: [text],
    run: async (client, [session]) => phpArray(await client.getall(bytes(session))),
    onFailure: null,
    silent: ['NOSESSION'],
  },
  msession_set_array: {
    parameters: [text, { type: 'array' }],
    run: async (client, [session, variables]) => {
      const pairs = pairsOf(variables, 'second');
      if (pairs.length > 0) await client.setval(bytes(session), pairs);
      return null;
    },
    onFailure: null,
  },
  msession_listvar: {
    parameters: [text],
    run: async (client, [name], { listvar }) => {
      const sessions = await client.listvar(bytes(name));
      if (listvar === 'session') return phpArray(sessions);
      // in the order of creation, so that of equal values the session created last stays
      return phpArray(Array.from(sessions, ([session, value]) => [value, session]));
    },
    onFailure: null,
  },
  msession_timeout: {
    parameters: [text, { type: 'integer', isOptional: true }],
    run: (client, [session, seconds]) =>
      seconds === undefined ? client.timeout(bytes(session)) : client.timeout(bytes(session), whole(seconds)),
    onFailure: null,
  },
  msession_inc: {
    parameters: [text, text],
    run: (client, [session, name]) => client.inc(bytes(session), bytes(name)),
    onFailure: false,
  },
  msession_add: {
    parameters: [text, text, text],
    run: (client, [session, name, value]) => client.add(bytes(session), bytes(name), operand(value)),
    onFailure: null,
  },
  msession_muldiv: {
    parameters: [text, text, text, text],
    run: (client, [session, name, multiplier, divisor]) =>
      client.muldiv(bytes(session), bytes(name), operand(multiplier), operand(divisor)),
    onFailure: null,
  },
  msession_get_data: getData,
  msession_getdata: getData,
  msession_set_data: setData,
  msession_setdata: setData,
  msession_uniq: {
    parameters: [integer, optionalText, optionalText],
    run: (client, [length, className, data]) => client.uniq(whole(length), classAndData(className, data)),
    onFailure: null,
  },
  msession_randstr: {
    parameters: [integer],
    run: (client, [length]) => client.randstr(whole(length)),
    onFailure: null,
  },
  msession_plugin: {
    parameters: [text, text, optionalText],
    run: (client, [session, value, parameter]) =>
      parameter === undefined
        ? client.plugin(bytes(session), bytes(value))
        : client.plugin(bytes(session), bytes(value), bytes(parameter)),
    onFailure: false,
  },
  msession_call: {
    parameters: [text, optionalText, optionalText, optionalText, optionalText],
    run: (client, [name, ...given]) =>
      client.call(
        bytes(name),
        given.map((value) => bytes(value ?? '')),
      ),
    onFailure: false,
  },
  msession_ctl: {
    parameters: [text, optionalText],
    run: (client, [session, what]) => {
      const word = bytes(what ?? '')
        .toString()
        .toUpperCase();
      return client.ctl(bytes(session), facts.find((fact) => fact === word) ?? 'EXIST');
    },
    onFailure: false,
    silent: true,
  },
  msession_get_object: {
    parameters: [text],
    run: async (client, [session]) => {
      const object = await client.getobject(bytes(session));
      const array = phpArray([
        ['classname', object.class],
        ['classdata', object.data ?? ''],
      ]);
      // variables of these names do not hide the class and the data
      for (const [name, value] of object.vars) array[name] ??= value;
      return array;
    },
    onFailure: null,
  },
  msession_save_object: {
    parameters: [text, text, { type: 'array', isOptional: true }, optionalText],
    run: async (client, [session, data, ...more]) => {
      const variables = more.length === 0 ? [] : pairsOf(more[0], 'third');
      await client.dataset(bytes(session), bytes(data), { className: bytes(more[1] ?? defaultClass), variables });
      return true;
    },
    onFailure: null,
  },
};

function classAndData(className: PhpArgument, data: PhpArgument) {
  return { className: bytes(className ?? defaultClass), ...(data === undefined ? {} : { data: bytes(data) }) };
}

function listOrNull(ids: PhpText[]): PhpText[] | null {
  return ids.length === 0 ? null : ids;
}

function phpArray(entries: Iterable<readonly [PhpText, PhpText]>): Record<string, PhpText> {
  const array: Record<string, PhpText> = Object.create(null) as Record<string, PhpText>;
  for (const [name, value] of entries) array[name.toString()] = value;
  return array;
}

function bytes(value: PhpArgument): PhpText {
  return typeof value === 'string' || Buffer.isBuffer(value) ? value : String(value);
}

function operand(value: PhpArgument): string {
  return bytes(value).toString();
}

/** An integer as the client takes it; PHP's go further than any the server knows. */
function whole(value: PhpArgument): number {
  if (typeof value === 'number') return value;
  throw new RefusedArgument('ERR an integer is beyond 2^53');
}

function pairsOf(value: PhpArgument, place: string): [string, PhpText][] {
  if (Array.isArray(value)) return value;
  throw new RefusedArgument(`the ${place} argument is no array`);
}
