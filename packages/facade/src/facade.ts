// A facade: the functions bound to one connection, for `await`.
import { prepareArguments } from './call-preparation.js';
import { type CallOutcome, FacadeConnection, type FunctionName } from './facade-connection.js';
import { emitProcessWarning, type FacadeOptions, type FacadeWarning } from './facade-options.js';
import { type FunctionParameter, functionTable, type PhpArgument } from './function-table.js';
import type { PhpFunctions } from './php-functions.js';

export type TextIn<E extends 'utf8' | 'buffer'> = E extends 'buffer' ? Buffer : string;

/** The functions, and an orderly end of their connection. */
export type Facade<E extends 'utf8' | 'buffer' = 'utf8'> = PhpFunctions<TextIn<E>> & {
  /** Hangs up after what is under way; unlike `msession_disconnect` the next call connects by itself again. */
  close(): Promise<void>;
};

const text = { type: 'text' } as const;

/** All functions, the two of the connection included. */
export const functionParameters: Readonly<Record<FunctionName, readonly FunctionParameter[]>> = {
  msession_connect: [text, text],
  msession_disconnect: [],
  ...(Object.fromEntries(
    Object.entries(functionTable).map(([name, { parameters }]) => [name, parameters]),
  ) as unknown as Record<keyof typeof functionTable, readonly FunctionParameter[]>),
};

/**
 * Makes the functions over a connection of their own. It connects with `msession_connect`, or with the first call if
 * there is a `url` (or MSESSION_URL). An open connection does not keep the process running.
 *
 * @example
 * const { msession_create, msession_set } = createFacade({ url: 'msession://127.0.0.1:8086' });
 * await msession_create('visit-1');
 */
export function createFacade<const E extends 'utf8' | 'buffer' = 'utf8'>(options: FacadeOptions<E> = {}): Facade<E> {
  const { onWarning, ...rest } = options;
  const connection = new FacadeConnection(rest);
  const finish = finisher(onWarning);
  const functions = bindFunctions((name) => async (...given) => {
    const prepared = prepareCall(name, given);
    return finish(prepared === null ? wrongCount(name) : await connection.call(name, prepared));
  });
  return Object.assign(functions, { close: () => connection.close() }) as unknown as Facade<E>;
}

/** One function for each name. */
export function bindFunctions(
  bind: (name: FunctionName) => (...given: unknown[]) => unknown,
): Record<FunctionName, (...given: unknown[]) => unknown> {
  const names = Object.keys(functionParameters) as FunctionName[];
  return Object.fromEntries(names.map((name) => [name, bind(name)])) as Record<
    FunctionName,
    (...given: unknown[]) => unknown
  >;
}

/** The converted arguments, or null when their number is wrong. */
export function prepareCall(name: FunctionName, given: readonly unknown[]): PhpArgument[] | null {
  return prepareArguments(functionParameters[name], given);
}

/** What a call with a wrong number of arguments comes to; the text is PHP's own. */
export function wrongCount(functionName: FunctionName): CallOutcome {
  const message = `Wrong parameter count for ${functionName}()`;
  return { value: null, warnings: [{ functionName, message, code: undefined }] };
}

/** Raises the warnings of a call and answers its value. */
export function finisher(onWarning: ((warning: FacadeWarning) => void) | undefined): (outcome: CallOutcome) => unknown {
  const raise = onWarning ?? emitProcessWarning;
  return ({ value, warnings }) => {
    for (const warning of warnings) raise(warning);
    return value;
  };
}
