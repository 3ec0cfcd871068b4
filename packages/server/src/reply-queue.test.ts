import { expect, test } from 'vitest';
import { ReplyQueue } from './reply-queue.js';

const bytes = (text: string) => Buffer.from(text);
const textsOf = (queue: ReplyQueue) => queue.takeReady().map((slot) => String(slot.bytes));

test('what is filled leaves from the front only, in the order of opening', () => {
  const queue = new ReplyQueue();
  const [first, second, third] = [queue.open(2), queue.open(2), queue.open(3, 4)];
  queue.fill(third, bytes('3'));
  queue.fill(second, bytes('22'));
  expect(queue.takeReady()).toEqual([]);
  expect([queue.heldBytes, queue.heldReplies]).toEqual([3, 6]);
  queue.fill(first, bytes('1'));
  expect(textsOf(queue)).toEqual(['1', '22', '3']);
  expect([queue.isEmpty, queue.heldBytes, queue.heldReplies]).toEqual([true, 0, 0]);
});

test('it stops at the first reply that is not known', () => {
  const queue = new ReplyQueue();
  const [first, second, third] = [queue.open(2), queue.open(2), queue.open(2)];
  queue.fill(first, bytes('a'));
  queue.fill(third, bytes('c'));
  expect(textsOf(queue)).toEqual(['a']);
  expect(queue.isOnly(second)).toBe(false);
  queue.fill(second, bytes('b'));
  expect(textsOf(queue)).toEqual(['b', 'c']);
});

test('a reply that is known and not written yet leaves like bytes, and waits like them', () => {
  const queue = new ReplyQueue();
  const [first, second] = [queue.open(2), queue.open(3)];
  second.reply = (sink) => sink.ok();
  expect([queue.takeReady(), [...queue.waiting()]]).toEqual([[], [second]]);
  first.reply = (sink) => sink.null();
  expect(queue.takeReady()).toEqual([first, second]);
  expect([queue.isEmpty, queue.heldBytes, queue.heldReplies]).toEqual([true, 0, 0]);
});
