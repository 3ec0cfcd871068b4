#!/usr/bin/env node
// Makes sure that what the tests need is on this machine; exit code 1 when it is not.
import { prepareMachine } from '../src/prepare-machine.mjs';

process.exitCode = prepareMachine() ? 0 : 1;
