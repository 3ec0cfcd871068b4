// The program `msessiond`: reads the settings, then helps, checks or runs. Exit codes: 0 ended in good order, 1 could
// not run, 2 a setting is wrong.
import { checkPlugins, runDaemon } from './daemon/run-daemon.js';
import { checkAccess } from './daemon/server-access.js';
import { startFault } from './daemon/start-fault.js';
import { checkStorage } from './daemon/storage.js';
import { readCommandLine } from './settings/command-line.js';
import { readSettings } from './settings/read-settings.js';
import { SettingFault } from './settings/setting-fault.js';
import { version } from './version.js';

async function main(): Promise<number> {
  try {
    const line = readCommandLine(process.argv.slice(2), version);
    if (line.wants === 'text') {
      process.stdout.write(line.text);
      return 0;
    }
    const read = () => {
      const all = readSettings(line.given, process.env);
      checkStorage(all.settings, all.origins);
      checkAccess(all.settings);
      return all;
    };
    const { settings } = read();
    if (line.wants === 'run') {
      const isWatched = process.stdout.isTTY === true || process.env.npm_lifecycle_event === 'start';
      return await runDaemon(settings, { process, isWatched, read });
    }
    try {
      await checkPlugins(settings);
    } catch (error) {
      throw new SettingFault(startFault(error, settings) ?? String(error));
    }
    process.stdout.write('all settings are good\n');
    return 0;
  } catch (error) {
    if (!(error instanceof SettingFault)) throw error;
    process.stderr.write(`msessiond: ${error.message}\n`);
    return 2;
  }
}

// explicit, since a plugin may have left timers behind
process.exit(await main());
