// What tests of the store share: directories that go when the test does, and an engine whose every reply waits until
// all it did is on disk, so that with a small hot set every command meets sessions that memory does not hold.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type DeferredReply, ReplyCollector, ReplyError, type ReplyValue, Request } from '@msession/protocol';
import type { Caller, Engine } from '../../engine.js';

export interface TestDirectory {
  readonly path: string;
  remove(): void;
}

export function testDirectory(): TestDirectory {
  const directory = mkdtempSync(path.join(tmpdir(), 'msession-store-'));
  return { path: directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

/** A caller that nobody pushes to. */
export function testCaller(id = 1): Caller {
  return { id, canReceivePush: () => false, push: () => {} };
}

export type Word = string | number | Uint8Array;

/** Runs a command and answers its reply when it may be acknowledged. */
export async function call(engine: Engine, words: readonly Word[], caller = testCaller()): Promise<ReplyValue> {
  const collector = new ReplyCollector(3);
  const later = engine.execute(String(words[0]) as 'PING', Request.of(words), collector, caller);
  if (later !== undefined) (await later)(collector);
  const value = collector.take();
  await engine.barrier();
  return value;
}

/** As `call`; an error reply is thrown. */
export async function ask(engine: Engine, ...words: readonly Word[]): Promise<ReplyValue> {
  const value = await call(engine, words);
  if (value instanceof ReplyError) throw new Error(`${words[0]}: ${value.code} ${value.message}`);
  return value;
}

/** An engine whose replies wait until `settle` has resolved. */
export function settling(engine: Engine, settle: (engine: Engine) => Promise<unknown>): Engine {
  const execute = engine.execute.bind(engine);
  return Object.assign(engine, {
    execute(...[command, request, , caller]: Parameters<Engine['execute']>): Promise<DeferredReply> {
      const parts: ((sink: Parameters<DeferredReply>[0]) => void)[] = [];
      const collector = recorder(parts);
      const later = execute(command, request, collector, caller);
      const replied = later === undefined ? Promise.resolve<DeferredReply>((sink) => replay(parts, sink)) : later;
      return replied.then((reply) => settle(engine).then(() => reply));
    },
  });
}

type Sink = Parameters<DeferredReply>[0];

/** A sink that remembers what is written to it. */
function recorder(parts: ((sink: Sink) => void)[]): Sink {
  return new Proxy({} as Sink, {
    get: (_target, name: keyof Sink) => (first: unknown, second?: unknown, third?: unknown) => {
      // bytes are the engine's to reuse
      const kept = name === 'bulk' ? Buffer.from((first as Buffer).subarray(second as number, third as number)) : first;
      parts.push((sink) => {
        const write = sink[name] as (...args: unknown[]) => void;
        if (name === 'bulk') write.call(sink, kept, 0, (kept as Buffer).length);
        else write.call(sink, kept, second, third);
      });
    },
  });
}

function replay(parts: readonly ((sink: Sink) => void)[], sink: Sink): void {
  for (const part of parts) part(sink);
}

/** Makes all that was done durable. */
export function serialize(engine: Engine): Promise<unknown> {
  return Promise.resolve(engine.execute('SERIALIZE', Request.of(['SERIALIZE']), new ReplyCollector(3), testCaller()));
}
