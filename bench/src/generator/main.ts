// The load generator, a process of its own: `main.ts JOB` with a `LoadJob` as JSON prints a `LoadOutcome` as JSON.
import type { LoadJob, LoadOutcome } from './load-job.js';
import { runLoad } from './run-load.js';

const job = JSON.parse(process.argv[2] ?? '') as LoadJob;
const outcome: LoadOutcome = await runLoad(job);
process.stdout.write(`${JSON.stringify(outcome)}\n`, () => process.exit(0));
