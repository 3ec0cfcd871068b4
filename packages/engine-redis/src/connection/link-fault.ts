// What errors of Redis and of connections mean: whether a command may be tried again, and what a client reads of it.
import { EngineError, StoreFault } from '@msession/engine';

/** Errors of commands that were not carried out: worth another try, since the state behind them passes. */
const passing = /^(LOADING|TRYAGAIN|CLUSTERDOWN|MASTERDOWN|READONLY|NOREPLICAS|BUSY|Too many Cluster redirections)\b/;

/** Redis before 7 hands on what it refuses a command of a script with inside of an error of that script. */
const scriptAround = /^ERR Error running script \(call to f_\w+\): (?:@user_script: ?\d+: )+-?/;

/** What Redis refused something with, a script's commands included: its code stands first. */
export function refusedWith(error: Error): string {
  return error.message.replace(scriptAround, '');
}

export function isPassing(error: Error): boolean {
  return passing.test(refusedWith(error));
}

/** A node of a Cluster does not serve the slot, and names the one that does. */
export function isRedirection(error: Error): boolean {
  return /^(MOVED|ASK) /.test(error.message);
}

export function isNoScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}

export function isConnectionError(error: Error): boolean {
  return error.name !== 'ReplyError';
}

/** What no trying again can mend: we are not let in, or do not trust who answers. */
export function refusal(error: Error): StoreFault | undefined {
  const { lastNodeError } = error as { readonly lastNodeError?: Error };
  for (const each of [error, lastNodeError]) {
    if (each === undefined) continue;
    if (/\b(WRONGPASS|NOAUTH|NOPERM|invalid password)\b/.test(each.message))
      return new StoreFault(`Redis does not let us in: ${each.message}`);
    const { code = '' } = each as NodeJS.ErrnoException;
    if (/^(CERT_|DEPTH_ZERO_|ERR_TLS_CERT|SELF_SIGNED_|UNABLE_TO_)/.test(code))
      return new StoreFault(`the certificate of Redis is not accepted: ${each.message}`);
  }
  return undefined;
}

export function unavailable(message: string): EngineError {
  return new EngineError('UNAVAILABLE', message);
}

/** What went wrong, as a client may read it. */
export function engineError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (message.includes('OOM command not allowed'))
    return new EngineError('OOM', 'Redis is full (its maxmemory): this write was refused');
  const fault = error instanceof Error ? refusal(error) : undefined;
  if (fault !== undefined) return fault;
  if (error instanceof Error && !isConnectionError(error))
    return unavailable(`Redis refused: ${refusedWith(error).slice(0, 200)}`);
  return unavailable('the connection to Redis was lost; it is not known whether this was done');
}
