// `npm run bench`: see README.md. Progress goes to standard error; tables to standard output.
import { benches } from './catalogue.js';
import { parseOptions, UsageError, usageText } from './options.js';
import { runBenches } from './run-benches.js';

try {
  const options = parseOptions(process.argv.slice(2), benches);
  if (options === undefined) console.log(usageText(benches));
  else process.exitCode = await runBenches(options, ['npm run bench', ...given()].join(' '));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${usageText(benches)}`);
  process.exitCode = 2;
}

function given(): string[] {
  const words = process.argv.slice(2).map((word) => (/[\s"']/.test(word) ? JSON.stringify(word) : word));
  return words.length === 0 ? [] : ['--', ...words];
}
