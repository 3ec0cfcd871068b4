// The names of everything that is kept in Redis. A bucket's keys share its hash tag, and with it a hash slot.
import { bucketCount } from './place.js';

/** The seven keys that every script of scope `bucket` is given, the family's first; Lua knows them as F D E I K L W. */
export const bucketKeyLetters = ['d', 'e', 'i', 'k', 'l', 'w'] as const;

export class KeyNames {
  readonly prefix: string;
  readonly #families: readonly Buffer[];

  /** @throws {RangeError} a prefix that is empty, too long, or would break the hash tag */
  constructor(prefix: string) {
    if (!/^[^{}\s]{1,64}$/.test(prefix))
      throw new RangeError('the key prefix has 1 to 64 characters, no spaces and no braces (they mark the hash tag)');
    this.prefix = prefix;
    this.#families = Array.from({ length: bucketCount }, (_, bucket) => Buffer.from(`${prefix}:{${bucket}}:s:`));
  }

  /** The hash with everything of a session and its sub-sessions, locks included. */
  family(bucket: number, family: Uint8Array): Buffer {
    return Buffer.concat([this.#families[bucket] as Buffer, family]);
  }

  /** Begins the name of every family of a bucket. */
  familyStart(bucket: number): Buffer {
    return this.#families[bucket] as Buffer;
  }

  /** One of the bucket's own keys, by its letter. */
  ofBucket(bucket: number, letter: string): string {
    return `${this.prefix}:{${bucket}}:${letter}`;
  }

  /** Hash with the version and numbers of this layout. */
  get layout(): string {
    return `${this.prefix}:layout`;
  }

  /** Channel on which a front-end is told of what concerns it alone. */
  frontEndChannel(frontEnd: string): string {
    return `${this.prefix}:f:${frontEnd}`;
  }

  /** Channel on which front-ends tell each other of events. */
  get eventChannel(): string {
    return `${this.prefix}:events`;
  }

  /** Hash of front-ends that somebody listens to events at: names wanted, and until when that is true. */
  get listeners(): string {
    return `${this.prefix}:listeners`;
  }

  /** The front-end whose turn it is to sweep. */
  get sweeper(): string {
    return `${this.prefix}:sweeper`;
  }
}
