#!/usr/bin/env node
import { launch } from './launch.mjs';

await launch(new URL('../dist/msessiond.js', import.meta.url));
