import type { LuaPart } from '../script.js';
import { namesPart } from './names.js';

/**
 * Stops a script that makes data larger where Redis is full. Redis refuses such commands only until a script's first
 * write, and one that frees something counts as that; so the first is one that may be refused, and changes nothing.
 */
export const growingPart: LuaPart = {
  name: 'growing',
  needs: [namesPart],
  text: `redis.call('SETRANGE', K, 0, '')`,
};
