import { readFileSync } from 'node:fs';

// one folder below package.json, as source and as build
const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };

/** This package's version. */
export const version: string = manifest.version;
