// Parts of a large batch leave ahead of its end, in order; where the writer refuses them all go with the end.
import { describe, expect, test } from 'vitest';
import { type BatchBuilder, type BatchPart, bytesOf, operationsIn } from './batch.js';
import { BatchStream } from './batch-stream.js';
import type { StoreJob, StoreOutcome, StoreWriter } from './store-writer.js';

const mebibyte = 1024 * 1024;
const record = Buffer.alloc(16 * 1024);
const memoryOf = (parts: readonly BatchPart[]) => parts.map(({ memory }) => memory);

/** Notes what it is given, and answers when it is told to. */
class TestWriter implements StoreWriter {
  readonly operations: number[] = [];
  readonly memories = new Set<SharedArrayBuffer>();
  error: string | undefined;
  isSlow = false;
  #answer: () => void = () => {};

  async run(job: StoreJob): Promise<StoreOutcome> {
    if (job.kind !== 'part') throw new Error(`not asked for: ${job.kind}`);
    for (const memory of memoryOf(job.parts)) this.memories.add(memory);
    if (this.isSlow) await new Promise<void>((resolve) => (this.#answer = resolve));
    if (this.error !== undefined) return { error: this.error, next: null, settled: 0 };
    this.operations.push(...numbersIn(job.parts));
    return { next: null, settled: 0 };
  }

  answer(): void {
    this.#answer();
  }

  async close(): Promise<void> {}
}

function put(builder: BatchBuilder, number: number): void {
  const key = Buffer.alloc(8);
  key.writeUInt32BE(number, 4);
  builder.beginPut(key, 0);
  builder.writer.bytes(record);
  builder.endPut(false);
}

/** The numbers of the operations in parts, which all have the same length. */
function numbersIn(parts: readonly BatchPart[]): number[] {
  return parts.map(bytesOf).flatMap((bytes) => {
    const count = operationsIn(bytes);
    return Array.from({ length: count }, (_, i) => bytes.readUInt32BE((bytes.length / count) * i + 16));
  });
}

async function write(stream: BatchStream, operations: number): Promise<readonly BatchPart[]> {
  const builder = stream.begin([]);
  for (let number = 0; number < operations; number++) {
    put(builder, number);
    await stream.relieve();
  }
  return await stream.finish();
}

describe('a batch on its way to the writer', () => {
  test('leaves in parts, in order, and uses their memory again', async () => {
    const writer = new TestWriter();
    const stream = new BatchStream(writer);
    const many = (64 * mebibyte) / record.length;
    const rest = await write(stream, many);
    expect(stream.hasBegun).toBe(true);
    expect([...writer.operations, ...numbersIn(rest)]).toEqual(Array.from({ length: many }, (_, i) => i));
    expect(writer.memories.size).toBeLessThanOrEqual(16);
  });

  test('is a whole when it is small', async () => {
    const writer = new TestWriter();
    const stream = new BatchStream(writer);
    expect(numbersIn(await write(stream, 5))).toEqual([0, 1, 2, 3, 4]);
    expect(stream.hasBegun).toBe(false);
  });

  test('that the writer refuses is handed over as a whole, in order; the next is tried again', async () => {
    const writer = new TestWriter();
    writer.error = 'not now';
    const stream = new BatchStream(writer);
    const many = (12 * mebibyte) / record.length;
    expect(numbersIn(await write(stream, many))).toEqual(Array.from({ length: many }, (_, i) => i));
    expect(stream.hasBegun).toBe(false);
    writer.error = undefined;
    const rest = await write(stream, many);
    expect([...writer.operations, ...numbersIn(rest)]).toEqual(Array.from({ length: many }, (_, i) => i));
  });

  test('waits for a slow writer, and its end for what is under way', async () => {
    const writer = new TestWriter();
    writer.isSlow = true;
    const stream = new BatchStream(writer);
    const builder = stream.begin([]);
    let number = 0;
    let pause: Promise<void> | undefined;
    while (pause === undefined && number < (64 * mebibyte) / record.length) {
      put(builder, number++);
      pause = stream.relieve();
    }
    expect(pause).toBeDefined();
    expect(builder.bytes).toBeLessThan(16 * mebibyte);
    const end = stream.finish();
    expect(writer.operations).toEqual([]);
    writer.answer();
    const rest = await end;
    expect([...writer.operations, ...numbersIn(rest)]).toHaveLength(number);
  });

  test('has parts in front that an earlier one could not write', async () => {
    const stream = new BatchStream(new TestWriter());
    const unwritten = await write(stream, 3);
    const builder = stream.begin(unwritten);
    put(builder, 3);
    expect(numbersIn(await stream.finish())).toEqual([0, 1, 2, 3]);
  });
});
