#!/usr/bin/env node
// `npm test`: prepares the machine, runs every package's tests (turbo repeats only what changed) and closes with the
// names of the failed tests and the counts. Words behind `npm test --` go to turbo, for example
// `--filter=@msession/engine`.
import { prepareMachine } from '../src/prepare-machine.mjs';
import { clearReports, closingLine, collectCounts, markFailed } from '../src/result-counts.mjs';
import { runTurbo } from '../src/run-command.mjs';
import { clearRuns, failedTasks } from '../src/turbo-summary.mjs';

if (prepareMachine()) {
  const words = process.argv.slice(2);
  clearReports();
  clearRuns();
  const exitCode = await runTurbo(['run', 'test', '--continue', '--summarize', ...words]);
  for (const name of failedTasks('test')) markFailed(name);
  const isWhole = !words.some((word) => word.startsWith('--filter') || word.startsWith('-F'));
  const { counts, lines, failures } = collectCounts({ expected: () => isWhole });
  if (exitCode !== 0 && counts.failed === 0) {
    lines.push('the run itself failed; see above');
    counts.failed++;
  }
  for (const line of [...failures, ...lines]) console.log(line);
  console.log(closingLine(counts));
  process.exitCode = counts.failed > 0 ? 1 : 0;
} else {
  process.exitCode = 1;
}
