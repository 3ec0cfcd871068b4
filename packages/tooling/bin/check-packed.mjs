#!/usr/bin/env node
// Packs every public package and tries the tarballs in an empty folder; needs `npm run build` before.
import { checkPackedPackages } from '../src/packed-packages.mjs';

process.exitCode = checkPackedPackages({ print: (line) => console.log(line) }) ? 0 : 1;
