// What the sessions tell whoever keeps them beyond memory, and what they ask of it. A family is a session with its
// sub-sessions and their locks: it is kept, and is in memory or not, as a whole. Addresses are those of its parent.

export interface SessionKeeper {
  /** Sessions that are kept and not in memory, without sub-sessions. */
  readonly coldCount: number;
  readonly coldSubSessionCount: number;
  /** Brings the family of this id into memory; false when none is kept, or it is there already. */
  load(bytes: Buffer, start: number, end: number): boolean;
  /** Called before the first change of a family, and before every other one. */
  willChange(parent: number): void;
  /** As `willChange`, for a mere renewal: nobody waits for it to be kept. */
  willRenew(parent: number): void;
  /** As `willChange`, for a lock, be it of an id that is only reserved. */
  willChangeLock(idText: string): void;
  /** A family got another id, and with it another address. */
  moved(from: number, to: number, oldId: Buffer): void;
  /** A family is about to end. */
  gone(parent: number, id: Buffer): void;
}
