// Connections over the cap: each is told so and given a second to hang up itself, since closing with unread input would
// cut off the message. Of more than a thousand at a time the oldest are cut off at once.
import type { Socket } from 'node:net';
import type { Clock } from '@msession/engine';

const graceMs = 1000;
const maxWaiting = 1000;

export class RejectedSockets {
  readonly #clock: Clock;
  readonly #waiting = new Set<Socket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  reject(socket: Socket, message: string): void {
    if (this.#waiting.size >= maxWaiting)
      for (const oldest of this.#waiting) {
        oldest.destroy();
        break;
      }
    this.#waiting.add(socket);
    const timer = this.#clock.schedule(graceMs, () => socket.destroy());
    socket.on('close', () => {
      timer.cancel();
      this.#waiting.delete(socket);
    });
    socket.on('end', () => socket.destroySoon());
    socket.on('error', () => socket.destroy());
    socket.end(message);
    socket.resume();
  }

  clear(): void {
    for (const socket of this.#waiting) socket.destroy();
  }
}
