// SERIALIZE: Redis keeps what is written by its own rules, in its log or its snapshots. What can be asked of it at any
// moment is asked: a snapshot, where it writes no log.
import type { Handler } from '../engine-parts.js';
import { replyOk } from './replies.js';

export const serialize: Handler<'SERIALIZE'> = async ({ link }) => {
  const states = (await link.onMasters(['INFO', 'persistence'])).map(String);
  if (states.some((state) => !state.includes('aof_enabled:1'))) await link.onMasters(['BGSAVE', 'SCHEDULE']);
  return replyOk;
};
