import type { LuaPart } from '../script.js';

/** The family's key and the sub-session that is meant, '' for the session itself. */
export const familyPart: LuaPart = {
  name: 'family',
  text: 'local F, sub = KEYS[1], ARGV[2]',
};
