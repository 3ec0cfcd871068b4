import type { Writable } from 'node:stream';

/** Writes a text; resolves when it was taken, so that nothing piles up before a reader that is slow. Aborted, it rejects. */
export function writeText(stream: Writable, text: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    stream.write(text, (error) => {
      signal.removeEventListener('abort', onAbort);
      if (error) reject(error);
      else resolve();
    });
  });
}
