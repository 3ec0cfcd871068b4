// `npm run bench`: msessiond beside redis-server, both under redis-benchmark, in one run on one machine.
// Needs `npm run build` before. `--quick` takes seconds and is for looking, not for quoting.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Durability, startMsession, startRedis } from './load/contenders.js';
import { loadPlan } from './load/load-plan.js';
import { loadPage, loadReport } from './load/load-report.js';
import { type CaseResult, runCase, seedBoth, thousands } from './load/run-load.js';

const usage = `npm run bench -- [--quick] [--only read|write|read-16|…] [--rounds n] [--durability none|interval] [--no-write]

  --quick       few requests and 10,000 sessions; prints, writes nothing
  --only        only the cases of that name: read, write, read-1, write-64, …
  --rounds      how often each server is measured; default 5
  --durability  what both promise: none (default), or interval (Redis: AOF everysec)
  --no-write    prints only; otherwise docs/benchmarks gets load.md and load.json`;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    rounds: { type: 'string' },
    durability: { type: 'string', default: 'none' },
    write: { type: 'boolean', default: true },
    help: { type: 'boolean', default: false },
  },
  allowNegative: true,
});

const print = (line: string) => {
  console.log(line);
};

async function main(): Promise<number> {
  if (values.help) {
    print(usage);
    return 0;
  }
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  const plan = loadPlan({
    isQuick: values.quick,
    ...(rounds === undefined ? {} : { rounds }),
    ...(values.only === undefined ? {} : { only: values.only }),
  });
  const isRoundsGood = rounds === undefined || (Number.isInteger(rounds) && rounds >= 1);
  if (plan.cases.length === 0 || !isRoundsGood || !['none', 'interval'].includes(values.durability)) {
    console.error(usage);
    return 2;
  }
  const durability = values.durability as Durability;
  const msession = await startMsession(durability);
  try {
    const redis = await startRedis(durability);
    try {
      print(
        `msession ${msession.version} and redis ${redis.version}, ${thousands(plan.sessions)} sessions, ${plan.clients} connections`,
      );
      await seedBoth(msession, redis, plan.sessions);
      const results: CaseResult[] = [];
      for (const one of plan.cases) results.push(await runCase(plan, one, { msession, redis }, print));
      const report = loadReport(plan, { msession, redis }, durability, results);
      const page = loadPage(report, ['npm run bench', ...given()].join(' '));
      print(`\n${page}`);
      if (values.write && !values.quick) writeReport(page, report);
    } finally {
      await redis.stop();
    }
  } finally {
    await msession.stop();
  }
  return 0;
}

function given(): string[] {
  const words = process.argv.slice(2);
  return words.length === 0 ? [] : ['--', ...words];
}

function writeReport(page: string, report: unknown): void {
  const folder = fileURLToPath(new URL('../../docs/benchmarks', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const name = values.durability === 'none' ? 'load' : `load-${values.durability}`;
  writeFileSync(path.join(folder, `${name}.md`), page);
  writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify(report, null, 2)}\n`);
}

process.exitCode = await main();
