// Runs one job on the real clock. In open loop it looks at the clock in every turn of the event loop, which costs a core
// and keeps the generator's own delay far below what is measured; a timer of Node would add up to two milliseconds.
import { encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import { runClosedLoop } from './closed-loop.js';
import { httpCarriers } from './http-carriers.js';
import { newLatencies, percentileMs, recordMs } from './latencies.js';
import type { LoadJob, LoadOutcome } from './load-job.js';
import { type Carrier, OpenLoop } from './open-loop.js';
import { type FailureNote, MixCarrier, openSocket, PageCarrier, requestDrawer } from './resp-carriers.js';

const now = () => performance.now();

export async function runLoad(job: LoadJob): Promise<LoadOutcome> {
  const note: FailureNote = {};
  const carriers = await openCarriers(job, note);
  const latencies = newLatencies();
  const lateness = newLatencies();
  const record = (milliseconds: number) => recordMs(latencies, milliseconds);
  const startMs = now();
  const recordFromMs = startMs + job.warmUpSeconds * 1000;
  const endMs = recordFromMs + job.seconds * 1000;
  const times = { recordFromMs, endMs, now, record };
  const { completed, failed } =
    job.ratePerSecond === undefined
      ? await runClosedLoop({ carriers, ...times })
      : await runOpen(
          new OpenLoop({
            carriers,
            ...times,
            ratePerSecond: job.ratePerSecond,
            startMs,
            recordLateness: (milliseconds) => recordMs(lateness, milliseconds),
          }),
        );
  return {
    completed,
    failed,
    ...(note.first === undefined ? {} : { firstFailure: note.first }),
    perSecond: completed / ((Math.max(endMs, job.ratePerSecond === undefined ? endMs : now()) - recordFromMs) / 1000),
    p50Ms: percentileMs(latencies, 50),
    p99Ms: percentileMs(latencies, 99),
    p999Ms: percentileMs(latencies, 99.9),
    maxMs: latencies.totalCount === 0 ? 0 : latencies.maxValue / 1000,
    generatorLateP999Ms: percentileMs(lateness, 99.9),
    histogram: encodeIntoCompressedBase64(latencies),
  };
}

async function openCarriers(job: LoadJob, note: FailureNote): Promise<Carrier[]> {
  const { traffic, port, connections } = job;
  if (traffic.kind === 'http') return await httpCarriers(port, connections, traffic.visitors, note);
  const draw = traffic.kind === 'resp' ? requestDrawer(traffic) : undefined;
  const carriers: Carrier[] = [];
  for (let index = 0; index < connections; index++) {
    const socket = await openSocket(port);
    carriers.push(
      draw === undefined
        ? new PageCarrier(socket, note, traffic as Extract<typeof traffic, { kind: 'page' }>)
        : new MixCarrier(socket, note, draw),
    );
  }
  return carriers;
}

async function runOpen(loop: OpenLoop): Promise<OpenLoop> {
  await new Promise<void>((resolve) => {
    const turn = () => {
      loop.pump(now());
      if (loop.isDone) resolve();
      else setImmediate(turn);
    };
    turn();
  });
  return loop;
}
