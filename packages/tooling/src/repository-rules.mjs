// Rules for the text of the repository: nothing in it may tie it to one machine or one mirror of the registry.

/** @typedef {{ file: string, line: number, what: string }} Finding */

// Folders in which people keep checkouts and homes; the pieces keep this file from finding itself.
const machineFolders = ['home', 'root', 'work', 'Users', 'private/var'];
const machinePath = new RegExp(`(?:^|[\\s"'\`(=:,\\[])(/(?:${machineFolders.join('|')})/[\\w.-]+)`);

/**
 * @param {string} file
 * @param {string} text
 * @returns {Finding[]}
 */
export function findMachinePaths(file, text) {
  return text.split('\n').flatMap((line, index) => {
    const found = machinePath.exec(line);
    return found === null ? [] : [{ file, line: index + 1, what: `a path of one machine: ${found[1]}` }];
  });
}

/**
 * A lockfile that says where it was downloaded from works behind that registry only.
 * @param {string} file
 * @param {string} text
 * @returns {Finding[]}
 */
export function findDownloadAddresses(file, text) {
  return text.split('\n').flatMap((line, index) => {
    if (!/"resolved":\s*"[a-z+]+:\/\//.test(line)) return [];
    return [{ file, line: index + 1, what: 'a download address; install with omit-lockfile-registry-resolved' }];
  });
}
