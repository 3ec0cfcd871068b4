// A disk of a few megabytes, mounted for a test and taken away behind it. Needs the right to mount.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const canMount = process.getuid?.() === 0;

export class SmallDisk {
  readonly folder: string;

  constructor(mebibytes: number) {
    this.folder = mkdtempSync(path.join(tmpdir(), 'msession-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=700`, 'tmpfs', this.folder]);
  }

  /** Takes room away, to be given back by `free`. */
  occupy(mebibytes: number): void {
    writeFileSync(path.join(this.folder, 'other'), Buffer.alloc(mebibytes * 1024 ** 2));
  }

  free(): void {
    rmSync(path.join(this.folder, 'other'));
  }

  makeReadOnly(): void {
    execFileSync('mount', ['-o', 'remount,ro', this.folder]);
  }

  remove(): void {
    execFileSync('umount', ['-l', this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
