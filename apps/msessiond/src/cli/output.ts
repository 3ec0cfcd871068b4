// Where and how replies and errors are written: for people, for pipes, or as JSON. One object decides for a whole run.
import { ConnectionError, MsessionError } from '@msession/client';
import type { ReplyValue } from '@msession/protocol';
import { type ExitCode, exitCodes } from './exit-codes.js';
import { replyToJson } from './reply-json.js';
import { replyToPipe, replyToTerminal } from './reply-text.js';

/** `raw` is the bytes alone, without the newline that closes them elsewhere. */
export type OutputForm = 'terminal' | 'pipe' | 'json' | 'raw';

export interface OutputStream {
  write(chunk: string | Uint8Array): unknown;
}

export class Output {
  readonly form: OutputForm;
  readonly #out: OutputStream;
  readonly #err: OutputStream;

  constructor(form: OutputForm, out: OutputStream, err: OutputStream) {
    this.form = form;
    this.#out = out;
    this.#err = err;
  }

  /** The reply of a command. */
  reply(value: ReplyValue): void {
    if (this.form === 'json') this.#out.write(`${JSON.stringify(replyToJson(value))}\n`);
    else if (this.form === 'terminal') this.#out.write(`${replyToTerminal(value)}\n`);
    else this.#out.write(this.form === 'raw' ? withoutNewline(replyToPipe(value)) : replyToPipe(value));
  }

  /** One of many: a line of MONITOR, an event. */
  item(text: string, json: unknown): void {
    this.#out.write(`${this.form === 'json' ? JSON.stringify(json) : text}\n`);
  }

  /** Help and other text of our own. */
  text(text: string): void {
    this.#out.write(`${text}\n`);
  }

  /** Tells what went wrong, and how the program should end. */
  failure(error: unknown): ExitCode {
    const { code, message } = error instanceof MsessionError ? error : { code: 'ERR', message: String(error) };
    if (this.form === 'json') this.#err.write(`${JSON.stringify({ error: { code, message } })}\n`);
    else this.#err.write(`${code === 'CONNECT_FAILED' ? 'cannot connect:' : code} ${message}\n`);
    if (error instanceof ConnectionError) return exitCodes.noConnection;
    return code === 'ARGUMENT' ? exitCodes.usage : exitCodes.errorReply;
  }

  /** Something that a person should know beside what was asked for. */
  note(text: string): void {
    if (this.form !== 'json') this.#err.write(`${text}\n`);
    else this.#err.write(`${JSON.stringify({ note: text })}\n`);
  }

  /** What was asked for cannot be done, and no server said so. */
  fault(message: string): ExitCode {
    if (this.form === 'json') this.#err.write(`${JSON.stringify({ error: { code: 'ERR', message } })}\n`);
    else this.#err.write(`msession: ${message}\n`);
    return exitCodes.errorReply;
  }

  /** The command line is wrong. */
  usage(message: string): ExitCode {
    if (this.form === 'json') this.#err.write(`${JSON.stringify({ error: { code: 'USAGE', message } })}\n`);
    else this.#err.write(`msession: ${message}\n`);
    return exitCodes.usage;
  }
}

function withoutNewline(bytes: Buffer): Buffer {
  return bytes.at(-1) === 10 ? bytes.subarray(0, -1) : bytes;
}
