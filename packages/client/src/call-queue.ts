// A first-in first-out queue with a cheap head: a plain array's `shift` moves every element behind it.

/** Above this many spent slots the array is cut, so that a queue that never empties does not grow for ever. */
const spentSlots = 1024;

export class CallQueue<Item> {
  private items: (Item | undefined)[] = [];
  private head = 0;

  get length(): number {
    return this.items.length - this.head;
  }

  push(item: Item): void {
    this.items.push(item);
  }

  shift(): Item | undefined {
    if (this.head === this.items.length) return undefined;
    const item = this.items[this.head];
    this.items[this.head++] = undefined;
    if (this.head === this.items.length) {
      this.items = [];
      this.head = 0;
    } else if (this.head > spentSlots && this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return item;
  }

  /** Puts items in front of all others, in their order. */
  unshiftAll(items: readonly Item[]): void {
    this.items = [...items, ...this.items.slice(this.head)];
    this.head = 0;
  }

  /** Takes everything out. */
  drain(): Item[] {
    const items = this.items.slice(this.head) as Item[];
    this.items = [];
    this.head = 0;
    return items;
  }

  some(predicate: (item: Item) => boolean): boolean {
    for (let i = this.head; i < this.items.length; i++) if (predicate(this.items[i] as Item)) return true;
    return false;
  }
}
