// What happens in front of every `npm test`: see what is missing, install it where we may, say what to type where not.
import { canInstall, installDebianPackages } from './install-requirements.mjs';
import { debianPackages, installLine, missingRequirements, thisMachine } from './machine-requirements.mjs';

/**
 * @param {object} [options]
 * @param {() => import('./machine-requirements.mjs').Machine} [options.look]
 * @param {() => boolean} [options.canInstall]
 * @param {(packages: readonly string[]) => { isDone: boolean, output: string }} [options.install]
 * @param {(line: string) => void} [options.print]
 * @returns {boolean} whether the tests can run
 */
export function prepareMachine(options = {}) {
  const look = options.look ?? thisMachine;
  const install = options.install ?? installDebianPackages;
  const print = options.print ?? ((line) => console.error(line));

  const missing = missingRequirements(look());
  if (missing.length === 0) return true;
  const names = missing.map((requirement) => requirement.what).join(', ');
  if (!(options.canInstall ?? canInstall)()) {
    print(`The tests need ${names}, which this machine lacks. On Debian or Ubuntu type:`);
    print(`  ${installLine(missing)}`);
    return false;
  }
  print(`Installing what the tests need: ${debianPackages(missing).join(' ')}`);
  const { isDone, output } = install(debianPackages(missing));
  const still = isDone ? missingRequirements(look()) : missing;
  if (still.length === 0) return true;
  print(output.trimEnd());
  print(`Still missing after the installation: ${still.map((requirement) => requirement.what).join(', ')}. Type:`);
  print(`  ${installLine(still)}`);
  return false;
}
