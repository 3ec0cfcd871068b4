import type { Handler } from '../engine-parts.js';
import { replyInteger } from './replies.js';

export const count: Handler<'COUNT'> = async (engine) => {
  const { sessions } = await engine.buckets.allSettled();
  return replyInteger(sessions);
};
