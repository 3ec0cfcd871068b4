// Lua scripts from parts. A part is a chunk of local functions and names the parts it needs; a script is its fast path,
// the parts in an order in which each finds what it needs, and its body. Nothing is shared but text, so that a hot
// script pays for no function that it does not call.
import { createHash } from 'node:crypto';

export interface LuaPart {
  readonly name: string;
  readonly needs?: readonly LuaPart[];
  readonly text: string;
}

/**
 * - `set`: reads what a bucket lists. KEYS are D E I; ARGV: 1 clock, then its own. Replies as they are.
 * - `family`: reads and renews one family. KEYS[1] is the family; ARGV: 1 clock, 2 sub, then its own. Replies as they are.
 * - `bucket`: may create, end or index sessions. KEYS 1 to 7 are F D E I K L W, then its own; ARGV: 1 clock, 2 sub, 3 id,
 *   4 to 7 what the layout page says, 8 on its own. Replies through `answer`, so that notices can come along.
 */
export type ScriptScope = 'set' | 'family' | 'bucket';

export interface Script {
  readonly name: string;
  readonly scope: ScriptScope;
  readonly text: string;
  /** As Redis names it: 40 hexadecimal digits. */
  readonly sha1: string;
}

export interface ScriptSource {
  readonly scope: ScriptScope;
  /** What the fast path needs; not repeated behind it. */
  readonly before?: readonly LuaPart[];
  /** Runs before the other parts: returns where the case is a simple one. */
  readonly fast?: string;
  readonly parts?: readonly LuaPart[];
  readonly body: string;
  /** Part of a move itself: it does not stop where one is under way. */
  readonly isOfMove?: true;
}

/** Whoever meets a move finishes it first, and comes again. */
const stopAtMove = {
  family: `if moving then return {-9, moving} end`,
  bucket: `if moving then return {{-9, moving}} end`,
};

/** Makes a script. `name` is for errors and figures. */
export function composeScript(name: string, source: ScriptSource): Script {
  const before = inOrder(source.before ?? []);
  const texts = [...before].map((part) => part.text);
  if (source.fast !== undefined) texts.push(source.fast);
  for (const part of inOrder(source.parts ?? [], new Set(before))) if (!before.has(part)) texts.push(part.text);
  if (source.isOfMove !== true && source.scope !== 'set') texts.push(stopAtMove[source.scope]);
  texts.push(source.body);
  const text = texts.map(withoutIndent).join('\n');
  return { name, scope: source.scope, text, sha1: createHash('sha1').update(text).digest('hex') };
}

function inOrder(parts: readonly LuaPart[], seen = new Set<LuaPart>()): Set<LuaPart> {
  for (const part of parts) {
    if (seen.has(part)) continue;
    inOrder(part.needs ?? [], seen);
    seen.add(part);
  }
  return seen;
}

/** Redis keeps a script's text for ever: it need not keep our indentation. */
function withoutIndent(text: string): string {
  return text.replace(/^\s+/gm, '').trim();
}
