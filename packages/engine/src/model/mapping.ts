// What the replies of two engines have in common when keys, revisions and random ids are not: such values are compared
// by a mapping from one engine's to the other's, which must be one to one and keep their order.
import assert from 'node:assert/strict';
import { ReplyError, ReplyMap, type ReplyValue, replyText } from '@msession/protocol';

/** Which value of the left engine stands for which of the right. */
export class Mapping {
  readonly #numbers = new Map<number, number>();
  readonly #texts = new Map<string, string>();

  /** Compares two keys or revisions: known ones by their mapping, a new one must keep the order. */
  matchNumbers(left: number, right: number, what: string): void {
    if (left === 0 || right === 0) {
      assert.equal(left, right, what);
      return;
    }
    const known = this.#numbers.get(left);
    if (known !== undefined) {
      assert.equal(known, right, `${what}: another key or revision than before`);
      return;
    }
    for (const [otherLeft, otherRight] of this.#numbers) {
      assert.equal(
        otherLeft < left,
        otherRight < right,
        `${what}: keys and revisions must grow alike and never repeat`,
      );
    }
    this.#numbers.set(left, right);
  }

  addText(left: string, right: string): void {
    assert.equal(left.length, right.length, 'random ids have the same length');
    this.#texts.set(left, right);
  }

  /** A text of the left engine as the right would say it. */
  translate(text: string): string {
    let translated = text;
    for (const [left, right] of this.#texts) translated = translated.replaceAll(left, right);
    return translated;
  }

  match(left: ReplyValue, right: ReplyValue, what: string): void {
    if (left instanceof ReplyError || right instanceof ReplyError) {
      const code = (value: ReplyValue) => (value instanceof ReplyError ? `-${value.code}` : plain(value));
      assert.equal(code(left), code(right), what);
    } else if (typeof left === 'number' && typeof right === 'number') {
      // beyond any clock and count of these scripts there are only keys and revisions
      if (left > 1e15 || right > 1e15) this.matchNumbers(left, right, what);
      else assert.equal(left, right, what);
    } else if (left instanceof ReplyMap && right instanceof ReplyMap) {
      this.match(left.entries.flat(), right.entries.flat(), what);
    } else if (Array.isArray(left) && Array.isArray(right)) {
      assert.equal(left.length, right.length, `${what}: ${plain(left)} and ${plain(right)}`);
      for (const [i, item] of left.entries()) this.match(item as ReplyValue, right[i] as ReplyValue, what);
    } else {
      const leftText = replyText(left);
      const rightText = replyText(right);
      if (leftText !== undefined && rightText !== undefined) assert.equal(this.translate(leftText), rightText, what);
      else assert.equal(plain(left), plain(right), what);
    }
  }
}

/** A reply as text, for messages and for what has no mapping. */
export function plain(value: ReplyValue): string {
  if (value instanceof ReplyMap)
    return `{${value.entries.map(([key, item]) => `${plain(key)}: ${plain(item)}`).join(', ')}}`;
  if (Array.isArray(value)) return `[${value.map((item: ReplyValue) => plain(item)).join(', ')}]`;
  if (value instanceof ReplyError) return `-${value.code}`;
  return typeof value === 'number' ? String(value) : JSON.stringify(replyText(value) ?? value);
}
