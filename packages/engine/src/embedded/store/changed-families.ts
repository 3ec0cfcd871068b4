// Which families changed and are not on disk yet, and which ids ended. There are two lists: one gathers changes while the
// other, that of the batch under way, is written down. A family's head says in which it stands and where, so that marking
// a family, moving it and taking it out cost the same however many there are.
import { headWord } from '../session-layout.js';
import type { Sessions } from '../sessions.js';
import { AddressList } from './address-list.js';
import { EndedIds } from './ended-ids.js';

const secondList = 0x80000000;
/** Places count on, also behind families that were taken, and begin again at this one. */
const placeCount = secondList - 1;
/** So many places that were taken from the front are given back at once. */
const mostVacant = 65_536;
/** Places looked at for one that is not vacant. */
const patience = 4096;
/** Lists of ended ids kept to be used again. */
const mostSpare = 32;

interface ChangeList {
  /** Addresses; 0 where a family has gone or is written down. */
  readonly families: AddressList;
  /** Place of the first element. */
  base: number;
  /** Elements at the front that were taken. */
  taken: number;
}

export class ChangedFamilies {
  readonly #sessions: Sessions;
  readonly #lists: readonly [ChangeList, ChangeList] = [
    { families: new AddressList(), base: 0, taken: 0 },
    { families: new AddressList(), base: 0, taken: 0 },
  ];
  #current: 0 | 1 = 0;
  /** Ids that ended since the last batch began. */
  #ended = new EndedIds();
  /** Ids that ended and whose records may still be in the tables, by the batches that remove them, the oldest first. */
  readonly #leaving: { readonly batch: number; readonly ids: EndedIds }[] = [];
  /** Memory of those that have left. */
  readonly #spare: EndedIds[] = [];

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  get isEmpty(): boolean {
    const { families, taken } = this.#lists[this.#current];
    return families.length === taken && this.#ended.count === 0;
  }

  /** Families in the list that gathers, those among them that have gone counted. */
  get gathered(): number {
    const { families, taken } = this.#lists[this.#current];
    return families.length - taken;
  }

  /** `no`: not changed; `gathering`: in the list of the next batch; `due`: still to be written down for this one. */
  stateOf(parent: number): 'no' | 'gathering' | 'due' {
    const mark = this.#sessions.word(parent, headWord.changed);
    if (mark === 0) return 'no';
    return mark >>> 31 === this.#current ? 'gathering' : 'due';
  }

  /** Enters a family into the list that gathers; answers whether it is the first. */
  add(parent: number): boolean {
    const { families, base } = this.#lists[this.#current];
    const place = ((base + families.length) % placeCount) + 1;
    families.push(parent);
    this.#sessions.setWord(parent, headWord.changed, (place | (this.#current === 1 ? secondList : 0)) >>> 0);
    return families.length === 1;
  }

  /** A family is about to end: it stands in no list any more. */
  takeOut(parent: number): void {
    this.#replace(parent, parent, 0);
  }

  /** A family is at another address, with the marks it had. */
  moved(from: number, to: number): void {
    this.#replace(from, to, to);
  }

  #replace(parent: number, marked: number, by: number): void {
    const mark = this.#sessions.word(marked, headWord.changed);
    if (mark === 0) return;
    const { families, base } = this.#lists[mark >>> 31 === 1 ? 1 : 0];
    const index = ((mark & ~secondList) - 1 - base + placeCount) % placeCount;
    if (index < families.length && families.items[index] === parent) families.items[index] = by;
  }

  /** Begins to gather anew; answers the list so far, which is emptied by whoever writes it down. */
  swap(): AddressList {
    const { families } = this.#lists[this.#current];
    this.#current = this.#current === 0 ? 1 : 0;
    return families;
  }

  /** Takes so many of the families that changed first, of the list that gathers, or fewer. */
  takeOldest(count: number): number[] {
    const list = this.#lists[this.#current];
    const { families } = list;
    const oldest: number[] = [];
    const end = Math.min(families.length, list.taken + patience);
    while (oldest.length < count && list.taken < end) {
      const parent = families.items[list.taken++] as number;
      if (parent !== 0) oldest.push(parent);
    }
    if (list.taken === families.length || list.taken >= mostVacant) {
      families.dropFirst(list.taken);
      list.base = (list.base + list.taken) % placeCount;
      list.taken = 0;
    }
    return oldest;
  }

  /** An id ends whose record, filed under this second, is on disk or on its way there. */
  end(id: Buffer, filedSecond: number): void {
    this.#ended.add(this.#sessions.hasher.hash(id, 0, id.length), id, filedSecond);
  }

  /** Ids that ended; from now on this batch removes them. */
  takeEnded(batch: number): EndedIds {
    const ids = this.#ended;
    if (ids.count > 0) {
      this.#leaving.push({ batch, ids });
      this.#ended = this.#spare.pop() ?? new EndedIds();
    }
    return ids;
  }

  /** Whether an id with this hash ended though its record may still be in the tables. */
  hasEnded(hash: number, bytes: Buffer, start: number, end: number): boolean {
    if (this.#ended.has(hash, bytes, start, end)) return true;
    for (const { ids } of this.#leaving) if (ids.has(hash, bytes, start, end)) return true;
    return false;
  }

  /** Batches up to this one are in the tables. */
  settled(batch: number): void {
    for (let first = this.#leaving[0]; first !== undefined && first.batch <= batch; first = this.#leaving[0]) {
      this.#leaving.shift();
      first.ids.clear();
      if (this.#spare.length < mostSpare) this.#spare.push(first.ids);
    }
  }
}
