// The daemon's log: pino on standard error, so that standard output has the ready line and nothing else. Lines are
// written synchronously: there are few, and the last one before an exit is the one that matters.
import { type Logger, pino } from 'pino';
import type { Settings } from '../settings/settings-schema.js';
import { pinoPretty } from './pretty-log.js';

export function createLog(settings: Pick<Settings, 'log-level' | 'log-format'>, isTerminal: boolean): Logger {
  const format = settings['log-format'] === 'auto' ? (isTerminal ? 'pretty' : 'json') : settings['log-format'];
  const destination = format === 'pretty' ? pinoPretty(isTerminal) : pino.destination({ fd: 2, sync: true });
  return pino({ name: 'msessiond', level: settings['log-level'] }, destination);
}
