// CREATE DROP RENAME COPY TIMEOUT CTL UNIQ RANDSTR FLUSH SUBNEW SUBLIST COUNT SERIALIZE, as the model does them.
import { randomBytes, randomInt } from 'node:crypto';
import { globalsId } from '@msession/protocol';
import { EngineError } from '../engine.js';
import { given, type Handlers, replyBytes, replyIds, replyInteger, replyOk, timeoutFrom } from './model-handler.js';
import { deadlineOf, isCounted, type ModelSession, parentOf } from './model-session.js';
import type { ModelState } from './model-state.js';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function randomText(length: number): string {
  return Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('');
}

/** An id of that length that nobody has or has reserved; ERR when all are taken. */
function freshId(state: ModelState, length: number): string {
  const isFree = (id: string) => !state.sessions.has(id) && !state.isLocked(id);
  for (let tries = 0; tries < 100; tries++) {
    const id = randomText(length);
    if (isFree(id)) return id;
  }
  const id = length === 1 ? [...alphabet].find(isFree) : undefined;
  if (id === undefined) throw new EngineError('ERR', `all ids of length ${length} are taken; ask for a longer one`);
  return id;
}

function refuseGlobals(id: string, command: string): void {
  if (id === globalsId) throw new EngineError('ERR', `${command} does not work on the built-in session 'globals'`);
}

/** Makes `id` with the content of `source`. */
function createLike(state: ModelState, source: ModelSession, id: string, timeoutSeconds: number | undefined): void {
  state.create(id, (session) => {
    session.className = source.className;
    session.data = source.data;
    session.revision = source.data === null ? 0 : state.nextKey();
    for (const [name, value] of source.variables) session.variables.set(name, value);
    if (timeoutSeconds !== undefined) session.timeoutSeconds = timeoutSeconds;
  });
}

function secondsLeft(state: ModelState, session: ModelSession): number {
  const parent = parentOf(session.id);
  const deadline = Math.min(deadlineOf(session), parent === null ? Infinity : deadlineOf(state.need(parent)));
  return deadline === Infinity ? -1 : Math.max(0, Math.ceil((deadline - state.now()) / 1000));
}

export const sessionHandlers: Handlers<
  | 'CREATE'
  | 'DROP'
  | 'RENAME'
  | 'COPY'
  | 'TIMEOUT'
  | 'CTL'
  | 'UNIQ'
  | 'RANDSTR'
  | 'FLUSH'
  | 'SUBNEW'
  | 'SUBLIST'
  | 'COUNT'
  | 'SERIALIZE'
> = {
  CREATE(args, { state, request }) {
    const id = request.latin1(args.id);
    const fault = state.creationFault(id);
    if (fault !== null) throw fault;
    state.create(id, (session) => {
      session.className = given(request, args.className) ?? session.className;
      session.data = given(request, args.data);
      if (session.data !== null) session.revision = state.nextKey();
      session.timeoutSeconds = timeoutFrom(state, args.timeoutSeconds) ?? session.timeoutSeconds;
    });
    return replyOk;
  },

  DROP(args, { state, request }) {
    const id = request.latin1(args.id);
    refuseGlobals(id, 'DROP');
    state.need(id);
    if (args.key !== undefined && !state.keyWorks(id, args.key)) {
      throw new EngineError('NOWLOCK', 'the key does not hold the lock; the session was kept');
    }
    state.remove(id, 'destroyed');
    return replyInteger(1);
  },

  RENAME(args, { state, request }) {
    const from = request.latin1(args.id);
    const to = request.latin1(args.newId);
    refuseGlobals(from, 'RENAME');
    if (parentOf(from) !== parentOf(to)) {
      throw new EngineError('ERR', 'RENAME keeps a session a session and a sub-session with its parent');
    }
    state.need(from);
    if (from !== to) {
      // a reserved id is spoken for: two locks cannot become one
      if (state.sessions.has(to) || state.isLocked(to)) {
        throw new EngineError('DUPSESSION', 'the new id is taken');
      }
      const moving = [...new Set([...state.sessions.keys(), ...state.locks.keys()])].filter(
        (id) => parentOf(id) === from,
      );
      const renamed = (id: string) => to + id.slice(from.length);
      if (moving.some((id) => renamed(id).length > 255)) {
        throw new EngineError('BADLEN', 'the id of a sub-session would have more than 255 bytes');
      }
      state.rename(from, to);
      for (const id of moving) state.rename(id, renamed(id));
      state.emit('renamed', from, state.need(to).data, to);
    }
    state.access(to);
    return replyOk;
  },

  COPY(args, { state, request }) {
    const source = state.need(request.latin1(args.id));
    const to = request.latin1(args.newId);
    const fault = state.creationFault(to);
    if (fault !== null) throw fault;
    state.access(source.id);
    createLike(state, source, to, source.timeoutSeconds);
    return replyOk;
  },

  TIMEOUT(args, { state, request }) {
    const id = request.latin1(args.id);
    refuseGlobals(id, 'TIMEOUT');
    const session = state.need(id);
    const seconds = timeoutFrom(state, args.timeoutSeconds);
    if (seconds !== undefined) {
      session.timeoutSeconds = seconds;
      state.access(id);
    }
    return replyInteger(session.timeoutSeconds);
  },

  CTL(args, { state, request }) {
    const id = request.latin1(args.id);
    if (args.what === 'NOW') return replyInteger(Math.floor(state.clock.wallMs() / 1000));
    if (args.what === 'EXIST') return replyInteger(state.find(id) === undefined ? 0 : 1);
    const session = state.need(id);
    const secondsSince = (atMs: number) => Math.floor((state.now() - atMs) / 1000);
    switch (args.what) {
      case 'TTL':
        return replyInteger(secondsLeft(state, session));
      case 'AGE':
        return replyInteger(secondsSince(session.createdAtMs));
      case 'TLA':
        return replyInteger(secondsSince(session.accessedAtMs));
      case 'CTIME':
        return replyInteger(Math.floor(session.createdWallMs / 1000));
      case 'REV':
        return replyInteger(session.revision);
      case 'LOCK': {
        const endsAtMs = state.isLocked(id) ? (state.lockOf(id).holding?.leaseEndsAtMs ?? 0) : 0;
        return replyInteger(Math.max(0, Math.ceil(endsAtMs - state.now())));
      }
      case 'TOUCH':
        state.access(id);
        return replyInteger(1);
    }
  },

  UNIQ(args, { state, request }) {
    const id = freshId(state, args.length);
    state.create(id, (session) => {
      session.className = given(request, args.className) ?? session.className;
      session.data = given(request, args.data);
      if (session.data !== null) session.revision = state.nextKey();
      session.timeoutSeconds = timeoutFrom(state, args.timeoutSeconds) ?? session.timeoutSeconds;
    });
    return replyBytes(Buffer.from(id, 'latin1'));
  },

  RANDSTR(args) {
    return replyBytes(Buffer.from(randomText(args.length), 'latin1'));
  },

  FLUSH(args, { state }) {
    const isIdle = (session: ModelSession) =>
      session.id !== globalsId &&
      !state.isKeptByLock(session.id) &&
      state.now() - session.accessedAtMs >= args.idleSeconds * 1000;
    const idle = state.inOrder().filter(isIdle);
    for (const { id } of idle) {
      // a sub-session may have gone with its parent
      if (state.find(id) !== undefined) state.remove(id, 'destroyed');
    }
    return replyInteger(idle.filter((session) => isCounted(session.id)).length);
  },

  SUBNEW(args, { state, request }) {
    const id = request.latin1(args.id);
    if (parentOf(id) !== null) throw new EngineError('ERR', 'a sub-session has no sub-sessions of its own');
    state.need(id);
    const source = args.cloneOf === 0 ? null : state.need(`${id}/${request.latin1(args.cloneOf)}`);
    if (id.length + 41 > 255)
      throw new EngineError('BADLEN', 'the id of the sub-session would have more than 255 bytes');
    const sub = randomBytes(20).toString('hex');
    const fault = state.creationFault(`${id}/${sub}`);
    if (fault !== null) throw fault;
    if (source !== null) state.access(source.id);
    const timeoutSeconds = timeoutFrom(state, args.timeoutSeconds);
    if (source !== null) createLike(state, source, `${id}/${sub}`, timeoutSeconds);
    else {
      state.create(`${id}/${sub}`, (session) => {
        session.timeoutSeconds = timeoutSeconds ?? session.timeoutSeconds;
      });
    }
    return replyBytes(Buffer.from(sub, 'latin1'));
  },

  SUBLIST(args, { state, request }) {
    const session = state.need(request.latin1(args.id));
    return replyIds(state.subsOf(session.id).map((sub) => sub.id.slice(session.id.length + 1)));
  },

  COUNT(_args, { state }) {
    return replyInteger(state.counted().length);
  },

  SERIALIZE() {
    return replyOk;
  },
};
