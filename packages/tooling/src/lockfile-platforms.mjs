// Binaries come as optional packages, one for each platform, and a lockfile must name all of them: `npm ci` refuses one
// that does not. npm leaves out those that its registry could not show when the lockfile was written, as mirrors often
// cannot; this adds them from what their names say. npm fetches only the one that fits the machine.

/**
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {boolean} [dev]
 * @property {boolean} [optional]
 * @property {string[]} [os]
 * @property {string[]} [cpu]
 * @property {string[]} [libc]
 * @property {Record<string, string>} [optionalDependencies]
 */

/** @typedef {{ packages: Record<string, LockedPackage> }} Lockfile */

/** @type {Record<string, string>} */
const systems = {
  aix: 'aix',
  android: 'android',
  darwin: 'darwin',
  freebsd: 'freebsd',
  linux: 'linux',
  netbsd: 'netbsd',
  openbsd: 'openbsd',
  openharmony: 'openharmony',
  sunos: 'sunos',
  win32: 'win32',
  windows: 'win32',
};

/**
 * The optional packages that some package asks for and the lockfile does not have.
 * @param {Lockfile} lockfile
 * @returns {{ name: string, range: string, by: string }[]}
 */
export function missingPlatforms({ packages }) {
  return Object.entries(packages).flatMap(([by, { optionalDependencies = {} }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !isLocked(packages, by, name))
      .map(([name, range]) => ({ name, range, by })),
  );
}

/**
 * Adds them in place; answers their names.
 * @param {Lockfile} lockfile
 * @throws Error for one whose platform its name does not tell
 */
export function addMissingPlatforms(lockfile) {
  const missing = missingPlatforms(lockfile);
  for (const { name, range, by } of missing) {
    const parent = lockfile.packages[by];
    const { cpu, libc, os } = platformOf(name);
    // in the order in which npm writes the fields
    lockfile.packages[`node_modules/${name}`] = {
      version: range,
      cpu,
      ...(parent?.dev === true ? { dev: true } : {}),
      ...(libc === undefined ? {} : { libc }),
      optional: true,
      os,
    };
  }
  const [root, ...others] = Object.entries(lockfile.packages);
  lockfile.packages = Object.fromEntries([
    ...(root === undefined ? [] : [root]),
    ...others.sort(([a], [b]) => a.localeCompare(b, 'en')),
  ]);
  return missing.map(({ name }) => name);
}

/**
 * `@scope/tool-linux-x64-musl` runs on linux, x64, musl.
 * @param {string} name
 * @returns {{ os: string[], cpu: string[], libc?: string[] }}
 */
export function platformOf(name) {
  const words = name.slice(name.lastIndexOf('/') + 1).split('-');
  const at = words.findIndex((word) => systems[word] !== undefined);
  const system = systems[words[at] ?? ''];
  const cpu = words[at + 1];
  if (system === undefined || cpu === undefined) throw new Error(`the name ${name} does not tell its platform`);
  const libc = words.slice(at + 2).join('-');
  return {
    os: [system],
    cpu: [cpu === '64' ? 'x64' : cpu],
    ...(libc.includes('musl')
      ? { libc: ['musl'] }
      : libc.includes('gnu') && system === 'linux'
        ? { libc: ['glibc'] }
        : {}),
  };
}

/**
 * @param {Record<string, LockedPackage>} packages
 * @param {string} by the folder of who asks
 * @param {string} name
 */
function isLocked(packages, by, name) {
  for (let folder = by; ; folder = folder.slice(0, folder.lastIndexOf('/node_modules/'))) {
    const prefix = folder === '' ? '' : `${folder}/`;
    if (packages[`${prefix}node_modules/${name}`] !== undefined) return true;
    if (!folder.includes('/node_modules/')) return packages[`node_modules/${name}`] !== undefined;
  }
}
