// When an engine on Redis has nothing under way: no call, and no message that another call has caused and that has not
// arrived. Calls are counted as they are made; a message sent behind all others, by way of every master, says that those
// in front of it have arrived.
import type { ManualClock } from '@msession/engine/conformance';
import { RedisLink } from '../../src/connection/redis-link.js';
import { slotOf } from '../../src/layout/hash-slot.js';
import { bucketCount } from '../../src/layout/place.js';
import type { RedisEngine } from '../../src/redis-engine.js';

interface Watched {
  underWay: number;
  /** Calls made and messages received so far. */
  activity: number;
  /** What `activity` was when nothing was under way last. */
  settledAt: number;
  /** Those who wait for the last call under way. */
  waiting: (() => void)[];
  readonly markers: Map<string, () => void>;
  readonly channels: Set<string>;
  /** Channels that belong to buckets, by bucket, and the buckets of which there may be messages. */
  bucketChannels: readonly string[];
  readonly buckets: Set<number>;
}

const watched = new WeakMap<RedisLink, Watched>();
let latest: RedisLink | undefined;
let markersSent = 0;

/** A bucket in each third of the slots: `redis-cli --cluster create` gives each of three masters a third. */
const spreadBuckets = [0, 1, 2].map((third) =>
  Array.from({ length: bucketCount }, (_, bucket) => bucket).find(
    (bucket) => Math.floor((slotOf(String(bucket)) * 3) / 16_384) === third,
  ),
);

function stateOf(link: RedisLink): Watched {
  let state = watched.get(link);
  if (state === undefined) {
    state = {
      underWay: 0,
      activity: 0,
      settledAt: -1,
      waiting: [],
      markers: new Map(),
      channels: new Set(),
      bucketChannels: [],
      buckets: new Set(),
    };
    watched.set(link, state);
    latest = link;
  }
  return state;
}

async function counted<Answer>(link: RedisLink, call: () => Promise<Answer>): Promise<Answer> {
  const state = stateOf(link);
  state.underWay++;
  state.activity++;
  try {
    return await call();
  } finally {
    state.underWay--;
    if (state.underWay === 0) for (const resolve of state.waiting.splice(0)) resolve();
  }
}

const { runScript, run, runOn, subscribe, subscribeSharded, unsubscribe } = RedisLink.prototype;
Object.assign(RedisLink.prototype, {
  runScript(this: RedisLink, ...words: Parameters<typeof runScript>) {
    const [{ script, bucket }] = words;
    if (script.scope === 'bucket') stateOf(this).buckets.add(bucket);
    return counted(this, () => runScript.apply(this, words));
  },
  run(this: RedisLink, ...words: Parameters<typeof run>) {
    return counted(this, () => run.apply(this, words));
  },
  runOn(this: RedisLink, ...words: Parameters<typeof runOn>) {
    return counted(this, () => runOn.apply(this, words));
  },
  subscribe(this: RedisLink, channel: string, listener: (message: Buffer) => void) {
    const state = stateOf(this);
    state.channels.add(channel);
    return counted(this, () => subscribe.call(this, channel, noting(state, listener)));
  },
  subscribeSharded(this: RedisLink, channels: readonly string[], listener: (message: Buffer) => void) {
    const state = stateOf(this);
    state.bucketChannels = channels;
    return counted(this, () => subscribeSharded.call(this, channels, noting(state, listener)));
  },
  unsubscribe(this: RedisLink, channel: string) {
    stateOf(this).channels.delete(channel);
    return counted(this, () => unsubscribe.call(this, channel));
  },
});

function noting(state: Watched, listener: (message: Buffer) => void): (message: Buffer) => void {
  return (message) => {
    const arrived = state.markers.get(message.toString('latin1'));
    if (arrived !== undefined) return arrived();
    state.activity++;
    listener(message);
  };
}

/** The link of the engine that was started last. */
export function latestLink(): RedisLink {
  if (latest === undefined) throw new Error('no engine on Redis has been started');
  return latest;
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Resolves when this engine has nothing under way. */
export async function linkSettled(link: RedisLink): Promise<void> {
  const state = stateOf(link);
  for (;;) {
    await turn();
    while (state.underWay > 0) {
      await new Promise<void>((resolve) => state.waiting.push(resolve));
      // what the last reply leads to begins in the same turn
      await turn();
    }
    const before = state.activity;
    if (before === state.settledAt) return;
    const buckets = state.bucketChannels.length === 0 ? [] : [...state.buckets];
    state.buckets.clear();
    await Promise.all([
      ...[...state.channels].map((channel) => messagesArrived(link, state, channel)),
      ...buckets.map((bucket) =>
        markerArrived(link, state, bucket, ['SPUBLISH', state.bucketChannels[bucket] as string]),
      ),
    ]);
    await turn();
    if (state.activity === before && state.underWay === 0) {
      state.settledAt = before;
      return;
    }
  }
}

async function messagesArrived(link: RedisLink, state: Watched, channel: string): Promise<void> {
  const buckets = link.isCluster ? spreadBuckets : spreadBuckets.slice(0, 1);
  await Promise.all(buckets.map((bucket = 0) => markerArrived(link, state, bucket, ['PUBLISH', channel])));
}

/** Resolves when a message that is sent now by way of a bucket's master has arrived. */
async function markerArrived(
  link: RedisLink,
  state: Watched,
  bucket: number,
  publish: readonly [string, string],
): Promise<void> {
  const marker = `marker ${++markersSent}`;
  const arrived = new Promise<void>((resolve) => state.markers.set(marker, resolve));
  await run.call(link, bucket, [...publish, marker]);
  await arrived;
  state.markers.delete(marker);
}

/** More steps than that, and what is left of the time passes at once: cases let centuries pass. */
const maxSteps = 100;

/** Lets time pass in steps, so that timers, leases and deadlines happen in their order, each with all that it causes. */
export async function passTime(
  link: RedisLink,
  engine: RedisEngine,
  clock: ManualClock,
  milliseconds: number,
): Promise<void> {
  await linkSettled(link);
  const state = stateOf(link);
  const endMs = clock.monotonicMs() + milliseconds;
  const wallOffsetMs = clock.wallMs() - clock.monotonicMs();
  let deadlineMs = 0;
  let sweptAt = -1;
  /** A look at all buckets is dear: what nothing has touched since, and what is not due, is left alone. */
  const sweep = async () => {
    if (state.activity === sweptAt && deadlineMs > clock.monotonicMs()) return;
    deadlineMs = (await engine.sweep()) - wallOffsetMs;
    await linkSettled(link);
    sweptAt = state.activity;
  };
  for (let step = 0; step < maxSteps; step++) {
    await sweep();
    const nextMs = Math.min(clock.nextTimerMs() ?? Number.POSITIVE_INFINITY, deadlineMs);
    if (nextMs > endMs) break;
    clock.advance(Math.max(0, nextMs - clock.monotonicMs()));
    await linkSettled(link);
  }
  clock.advance(endMs - clock.monotonicMs());
  await linkSettled(link);
  await sweep();
}
