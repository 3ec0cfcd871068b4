import { headWord } from '../session-layout.js';
import { refusesGlobals } from './globals-guard.js';
import { type Handler, sessionOr } from './handler.js';

export const timeout: Handler<'TIMEOUT'> = (engine, request, args, sink) => {
  const { sessions } = engine;
  const address = sessionOr(engine, request, args.id, sink);
  if (address === 0 || refusesGlobals(engine, address, 'TIMEOUT', sink)) return;
  if (args.timeoutSeconds !== undefined) sessions.setTimeout(address, args.timeoutSeconds);
  sink.integer(sessions.word(address, headWord.timeoutSeconds));
};
