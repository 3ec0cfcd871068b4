// LIST FIND LISTVAR DROPWHERE, as the model does them: by looking at every session.

import { globalsId } from '@msession/protocol';
import { EngineError } from '../engine.js';
import { globTest } from './model-glob.js';
import { type Handlers, replyIds, replyInteger, replyPairs } from './model-handler.js';
import { isCounted, type ModelSession } from './model-session.js';
import type { ModelState } from './model-state.js';

const defaultPage = 100;

function matching(state: ModelState, name: string, value?: Buffer): ModelSession[] {
  return state.inOrder().filter((session) => {
    const own = session.variables.get(name);
    return session.id !== globalsId && own !== undefined && (value === undefined || own.equals(value));
  });
}

export const searchHandlers: Handlers<'LIST' | 'FIND' | 'LISTVAR' | 'DROPWHERE'> = {
  LIST(args, { state, request }) {
    const matches = args.match === 0 ? () => true : globTest(request.latin1(args.match));
    if (args.cursor === 0) {
      return replyIds(
        state
          .counted()
          .map((session) => session.id)
          .filter(matches),
      );
    }
    const cursor = request.latin1(args.cursor);
    if (!/^\d{1,15}$/.test(cursor)) {
      throw new EngineError('ERR', 'the cursor is none that LIST answered; 0 starts a listing');
    }
    // the cursor is the place, in the order of creation, of the last session looked at
    const rest = state.counted().filter((session) => session.order > Number(cursor));
    const page = rest.slice(0, args.count ?? defaultPage);
    const next = page.length < rest.length ? (page.at(-1)?.order ?? 0) : 0;
    const ids = page.map((session) => session.id).filter(matches);
    return (sink) => {
      sink.array(2);
      sink.bulkText(String(next));
      replyIds(ids)(sink);
    };
  },

  FIND(args, { state, request }) {
    const found = matching(state, request.latin1(args.name), request.bytes(args.value));
    return replyIds(found.map((session) => session.id));
  },

  LISTVAR(args, { state, request }) {
    const name = request.latin1(args.name);
    return replyPairs(
      matching(state, name).map((session) => [session.id, session.variables.get(name) ?? Buffer.alloc(0)]),
    );
  },

  DROPWHERE(args, { state, request }) {
    const except = args.except === 0 ? null : request.latin1(args.except);
    const isKept = (id: string) => id === except || except?.startsWith(`${id}/`) === true;
    const found = matching(state, request.latin1(args.name), request.bytes(args.value));
    const doomed = found.filter((session) => isCounted(session.id) && !isKept(session.id));
    for (const session of doomed) state.remove(session.id, 'destroyed');
    return replyInteger(doomed.length);
  },
};
