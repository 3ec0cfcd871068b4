import type { SessionEventName } from '@msession/engine';
import { commands } from '@msession/protocol';
import { right } from '../authentication.js';
import { defineHandler, shownWord } from '../command-handler.js';

const eventNames: readonly SessionEventName[] = [
  'created',
  'destroyed',
  'expired',
  'evicted',
  'renamed',
  'locked',
  'unlocked',
];

export const events = defineHandler(commands.EVENTS, ({ context, connection, request, sink, bound }) => {
  if (connection.protocolVersion !== 3) {
    sink.error('ERR', 'EVENTS needs RESP3; send HELLO 3 first');
    return undefined;
  }
  const chosen = new Set<SessionEventName>();
  let wantsData = false;
  for (let i = 0; i < bound.names.count; i++) {
    const index = bound.names.first + i;
    const name = eventNames.find((candidate) => request.isToken(index, candidate.toUpperCase()));
    if (name !== undefined) chosen.add(name);
    else if (request.isToken(index, 'DATA')) wantsData = true;
    else {
      sink.error(
        'ERR',
        `there is no event '${shownWord(request, index)}'; there are ${eventNames.join(' ')}, and DATA`,
      );
      return undefined;
    }
  }
  if (wantsData && ((connection.user?.rights ?? 0) & right.admin) === 0) {
    sink.error('NOPERM', `user '${connection.user?.name ?? ''}' lacks the right 'admin' that EVENTS ... DATA needs`);
    return undefined;
  }
  if (bound.state === 'OFF' && bound.names.count > 0) {
    sink.error('ERR', 'EVENTS OFF takes no names; it turns all of them off');
    return undefined;
  }
  connection.unsubscribe?.();
  connection.unsubscribe = null;
  if (bound.state === 'ON') {
    const names = chosen.size === 0 ? new Set(eventNames) : chosen;
    connection.unsubscribe = context.engine.subscribe({
      names,
      wantsData,
      onEvent: (event) =>
        connection.push((push) => {
          const { newId } = event;
          push.push(4 + (wantsData ? 1 : 0) + (newId === undefined ? 0 : 1));
          push.bulkText('event');
          push.bulkText(event.name);
          push.bulk(event.id, 0, event.id.length);
          push.integer(Math.floor(event.atMs));
          if (wantsData) {
            const data = event.data ?? null;
            if (data === null) push.null();
            else push.bulk(data, 0, data.length);
          }
          if (newId !== undefined) push.bulk(newId, 0, newId.length);
        }),
    });
  }
  sink.ok();
  return undefined;
});
