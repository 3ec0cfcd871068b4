import type { DestinationStream } from 'pino';
import pretty from 'pino-pretty';

/** Log lines for people, on standard error. */
export function pinoPretty(hasColours: boolean): DestinationStream {
  return pretty({
    destination: 2,
    sync: true,
    singleLine: true,
    colorize: hasColours,
    ignore: 'pid,hostname,name',
    translateTime: 'HH:MM:ss',
  });
}
