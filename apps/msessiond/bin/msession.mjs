#!/usr/bin/env node
import { launch } from './launch.mjs';

await launch(new URL('../dist/msession.js', import.meta.url));
