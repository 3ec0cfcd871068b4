// Addresses in the order in which they came, in memory that is used again: a list of JavaScript's own leaves its memory to
// the collector each time it is emptied, and one that grew for a second is old enough to wait for a full collection.
const firstRoom = 1024;
/** Room that an empty list keeps. */
const keptRoom = 2 ** 18;

export class AddressList {
  length = 0;
  /** The first `length` of these. */
  items = new Uint32Array(firstRoom);

  push(address: number): void {
    if (this.length === this.items.length) {
      const longer = new Uint32Array(2 * this.items.length);
      longer.set(this.items);
      this.items = longer;
    }
    this.items[this.length++] = address;
  }

  /** Takes so many from the front; the others move up. */
  dropFirst(count: number): void {
    this.items.copyWithin(0, count, this.length);
    this.length -= count;
  }

  clear(): void {
    this.length = 0;
    if (this.items.length > keptRoom) this.items = new Uint32Array(firstRoom);
  }
}
