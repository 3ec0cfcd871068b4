import type { ReplySink } from '@msession/protocol';
import { headWord } from '../session-layout.js';
import type { EngineParts } from './handler.js';

/** Answers all variables of a session as a map, in the order in which they were first set. */
export function replyVariables(engine: EngineParts, address: number, sink: ReplySink): void {
  const { sessions } = engine;
  const block = sessions.word(address, headWord.variables);
  sink.map(sessions.variables.count(block));
  sessions.variables.walk(block, ({ bytes, nameStart, nameEnd, valueStart, valueEnd }) => {
    sink.bulk(bytes, nameStart, nameEnd);
    sink.bulk(bytes, valueStart, valueEnd);
  });
}
