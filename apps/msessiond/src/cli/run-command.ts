// Runs one command on a client and writes its reply. Commands whose answers never end are streamed until a signal.
import type { MsessionClient, SessionEventName } from '@msession/client';
import { sessionEventNames } from '@msession/client';
import { type ExitCode, exitCodes } from './exit-codes.js';
import type { Output } from './output.js';
import { printableBytes } from './printable-bytes.js';
import { replyToJson } from './reply-json.js';
import type { Word } from './request-words.js';

export interface CommandRun {
  readonly client: MsessionClient<'buffer'>;
  readonly output: Output;
  /** Ends what streams. */
  readonly signal: AbortSignal;
}

/** Whether the words ask for something that streams until it is ended. */
export function isStreaming(words: readonly Word[]): boolean {
  const [name = '', state = ''] = words.map((word) => String(word).toUpperCase());
  return name === 'MONITOR' || (name === 'EVENTS' && state === 'ON');
}

/** Sends the words; answers how the program should end if this was all. */
export async function runCommand(words: readonly Word[], { client, output, signal }: CommandRun): Promise<ExitCode> {
  try {
    if (!isStreaming(words)) output.reply(await client.send(words, { timeoutMs: 0, signal }));
    else if (String(words[0]).toUpperCase() === 'MONITOR') await streamMonitor(client, output, signal);
    else await streamEvents(words.slice(2), client, output, signal);
    return exitCodes.good;
  } catch (error) {
    if (signal.aborted) return exitCodes.good;
    return output.failure(error);
  }
}

async function streamMonitor(client: MsessionClient<'buffer'>, output: Output, signal: AbortSignal): Promise<void> {
  for await (const line of client.monitor({ signal })) output.item(line, { line });
}

async function streamEvents(
  words: readonly Word[],
  client: MsessionClient<'buffer'>,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const wanted = words.map((word) => String(word).toLowerCase());
  const withData = wanted.includes('data');
  const names = wanted.filter((name): name is SessionEventName =>
    (sessionEventNames as readonly string[]).includes(name),
  );
  const unknown = wanted.find((name) => name !== 'data' && !(sessionEventNames as readonly string[]).includes(name));
  if (unknown !== undefined) throw new Error(`there is no event '${unknown}' (${sessionEventNames.join(' ')})`);
  const subscription = await client.events.subscribe({ ...(names.length === 0 ? {} : { names }), withData });
  signal.addEventListener('abort', () => subscription.close(), { once: true });
  for await (const event of subscription) {
    const newId = event.newId === undefined ? '' : ` ${printableBytes(event.newId)}`;
    const data = event.data === undefined ? '' : ` ${event.data === null ? '(null)' : printableBytes(event.data)}`;
    const text = `${new Date(event.atMs).toISOString()} ${event.name} ${printableBytes(event.id)}${newId}${data}`;
    output.item(text, {
      atMs: event.atMs,
      name: event.name,
      id: replyToJson(event.id),
      ...(event.newId === undefined ? {} : { newId: replyToJson(event.newId) }),
      ...(event.data === undefined ? {} : { data: replyToJson(event.data) }),
    });
  }
}
