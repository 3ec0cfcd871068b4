import type { ReplySink } from '@msession/protocol';
import type { EngineParts } from './handler.js';

/** Whether the session is `globals`, with which this command does nothing; ERR is written then. */
export function refusesGlobals(engine: EngineParts, address: number, command: string, sink: ReplySink): boolean {
  if (address !== engine.sessions.globals) return false;
  sink.error('ERR', `${command} does not work on the built-in session 'globals'`);
  return true;
}
