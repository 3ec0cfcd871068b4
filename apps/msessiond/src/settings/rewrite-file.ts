// CONFIG REWRITE: puts other values for some settings into the text of a configuration file, line by line, so that
// comments, order and everything else stay. The result is parsed again before it is kept.
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { parse } from 'smol-toml';

/** Values by setting name: whole numbers bare, all else as text. */
export type FileChanges = ReadonlyMap<string, string>;

const newPartComment = '# written by CONFIG REWRITE';

/**
 * The text with the changes in it.
 * @throws Error when it cannot be done without touching something else
 */
export function rewriteToml(text: string, changes: FileChanges): string {
  const lineBreak = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = text.split(/\r?\n/);
  const firstTable = lines.findIndex((line) => /^\s*\[/.test(line) && !isInsideValue(line));
  const end = firstTable === -1 ? lines.length : firstTable;
  const missing: string[] = [];
  for (const [name, value] of changes) {
    const key = new RegExp(`^(\\s*)(${name}|"${name}"|'${name}')(\\s*=\\s*)`);
    const at = lines.findIndex((line, index) => index < end && key.test(line));
    if (at === -1) {
      missing.push(`${name} = ${written(value)}`);
      continue;
    }
    const line = lines[at] as string;
    const head = key.exec(line)?.[0] ?? '';
    lines[at] = `${head}${written(value)}${commentOf(line.slice(head.length))}`;
  }
  if (missing.length > 0) {
    // a setting behind a table's head would belong to that table
    let insertAt = end;
    while (insertAt > 0 && (lines[insertAt - 1] as string).trim() === '') insertAt--;
    const isAtTop = insertAt === 0;
    const isMarked = lines.slice(0, end).includes(newPartComment);
    const added = [...(isAtTop || isMarked ? [] : ['']), ...(isMarked ? [] : [newPartComment]), ...missing];
    lines.splice(insertAt, 0, ...added);
    if (insertAt + added.length === lines.length) lines.push('');
  }
  const result = lines.join(lineBreak);
  check(text, result, changes);
  return result;
}

/** An array that goes on over lines may have a line that begins with a bracket. */
function isInsideValue(line: string): boolean {
  return !/^\s*\[{1,2}[^[\]]+\]{1,2}\s*(#.*)?$/.test(line);
}

/** What stands behind a value on its line: its comment with the space before it. */
function commentOf(rest: string): string {
  const value = /^("(?:[^"\\]|\\.)*"|'[^']*'|[^#\s]*)/.exec(rest)?.[0] ?? '';
  return /^\s*#.*$/.test(rest.slice(value.length)) ? rest.slice(value.length) : '';
}

function written(value: string): string {
  return /^-?\d{1,15}$/.test(value) ? value : JSON.stringify(value);
}

function check(before: string, after: string, changes: FileChanges): void {
  const [was, is] = [parse(before), parse(after)] as [Record<string, unknown>, Record<string, unknown>];
  const names = new Set([...Object.keys(was), ...Object.keys(is)]);
  for (const name of names) {
    const wanted = changes.get(name);
    const isGood =
      wanted === undefined ? JSON.stringify(was[name]) === JSON.stringify(is[name]) : String(is[name]) === wanted;
    if (!isGood)
      throw new Error(`setting ${name} cannot be changed in the file without touching more; edit it by hand`);
  }
}

/**
 * Rewrites a file: the whole of the new one or the old one is there at any moment.
 * @throws Error whose message says what is in the way
 */
export function rewriteFile(file: string, changes: FileChanges): void {
  const { target, text } = rewritten(file, changes);
  const beside = `${target}.${process.pid}.new`;
  try {
    const handle = openSync(beside, 'wx', statSync(target).mode & 0o777);
    try {
      writeSync(handle, text);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(beside, target);
  } catch (error) {
    try {
      unlinkSync(beside);
    } catch {
      // it was not made
    }
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
    throw new Error(`cannot write the configuration file: ${code}; its folder must be writable for the server's user`);
  }
}

function rewritten(file: string, changes: FileChanges): { readonly target: string; readonly text: string } {
  let target: string;
  let before: string;
  try {
    target = realpathSync(file);
    before = readFileSync(target, 'utf8');
  } catch (error) {
    throw new Error(`cannot read the configuration file: ${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}`);
  }
  return { target, text: rewriteToml(before, changes) };
}
