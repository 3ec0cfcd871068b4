#!/usr/bin/env node
// `turbo run …` with telemetry off.
import { runTurbo } from '../src/run-command.mjs';

process.exitCode = await runTurbo(process.argv.slice(2));
