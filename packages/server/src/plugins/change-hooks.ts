// Tells plugins of changes: from the engine's events where it has some, else from the commands that were run and their
// replies. Only commands that some plugin wants to hear of are looked at again.
import type { Engine, SessionEventName } from '@msession/engine';
import {
  ArgumentFault,
  type BoundArguments,
  type BoundRun,
  type CommandName,
  type CommandSpec,
  commandIndex,
  commandList,
  commands,
  compileBinder,
  ReplyError,
  type ReplyValue,
  type Request,
} from '@msession/protocol';
import type { PluginHost } from './plugin-host.js';

type Observe = (request: Request, reply: ReplyValue) => void;

const noLimits = { maxValueBytes: Number.MAX_SAFE_INTEGER };

/** By command index: what to do after the command succeeded, or undefined. */
export type ChangeObservers = readonly (Observe | undefined)[];

/** Subscribes to the engine's events for the plugins that want them; the answer ends it. */
export function watchSessions(engine: Engine, plugins: PluginHost): () => void {
  const names = new Set<SessionEventName>();
  if (plugins.has('sessionCreate') || plugins.has('sessionInit')) names.add('created');
  if (plugins.has('sessionDestroy')) for (const name of ['destroyed', 'expired', 'evicted'] as const) names.add(name);
  if (plugins.has('rename')) names.add('renamed');
  if (names.size === 0) return () => undefined;
  return engine.subscribe({
    names,
    wantsData: false,
    onEvent({ name, id, newId, atMs }) {
      if (name === 'created') {
        plugins.notify('sessionCreate', { id, atMs });
        plugins.notify('sessionInit', { id, atMs });
      } else if (name === 'renamed') {
        plugins.notify('rename', { id, newId: newId ?? id, atMs });
      } else if (name === 'destroyed' || name === 'expired' || name === 'evicted') {
        plugins.notify('sessionDestroy', { id, atMs, reason: name });
      }
    },
  });
}

/** What to do after which command. */
export function changeObservers(plugins: PluginHost): ChangeObservers {
  const observers: (Observe | undefined)[] = commandList.map(() => undefined);
  const observe = <Spec extends CommandSpec>(
    spec: Spec,
    tell: (bound: BoundArguments<Spec>, request: Request, reply: ReplyValue) => void,
  ) => {
    const bind = compileBinder(spec);
    const index = commandIndex[spec.name as CommandName];
    const before = observers[index];
    observers[index] = (request, reply) => {
      before?.(request, reply);
      if (reply instanceof ReplyError) return;
      const bound = bind(request, noLimits);
      if (!(bound instanceof ArgumentFault)) tell(bound, request, reply);
    };
  };
  if (plugins.has('setValue')) {
    const pairs = (request: Request, id: Buffer, run: BoundRun) => {
      for (let i = 0; i < run.count; i++) {
        const at = run.first + i * 2;
        plugins.notify('setValue', { id, name: request.bytes(at), value: request.bytes(at + 1) });
      }
    };
    observe(commands.SETVAL, (bound, request) => pairs(request, request.bytes(bound.id), bound.variables));
    observe(commands.DATASET, (bound, request, reply) => {
      if (reply !== null) pairs(request, request.bytes(bound.id), bound.variables);
    });
    observe(commands.SUNLOCK, (bound, request) => pairs(request, request.bytes(bound.id), bound.variables));
    const computed = (request: Request, id: number, name: number, reply: ReplyValue) => {
      if (Buffer.isBuffer(reply))
        plugins.notify('setValue', { id: request.bytes(id), name: request.bytes(name), value: reply });
    };
    observe(commands.INC, (bound, request, reply) => computed(request, bound.id, bound.name, reply));
    observe(commands.ADD, (bound, request, reply) => computed(request, bound.id, bound.name, reply));
    observe(commands.MULDIV, (bound, request, reply) => computed(request, bound.id, bound.name, reply));
  }
  if (plugins.has('setData')) {
    const data = (request: Request, id: Buffer, at: number) => {
      if (at > 0) plugins.notify('setData', { id, data: request.bytes(at) });
    };
    observe(commands.CREATE, (bound, request) => data(request, request.bytes(bound.id), bound.data));
    observe(commands.DATASET, (bound, request, reply) => {
      if (reply !== null) data(request, request.bytes(bound.id), bound.data);
    });
    observe(commands.SUNLOCK, (bound, request) => data(request, request.bytes(bound.id), bound.data));
    observe(commands.UNIQ, (bound, request, reply) => {
      if (Buffer.isBuffer(reply)) data(request, reply, bound.data);
    });
  }
  if (plugins.has('sessionFlush'))
    observe(commands.FLUSH, (bound, _request, reply) =>
      plugins.notify('sessionFlush', {
        idleSeconds: bound.idleSeconds,
        dropped: typeof reply === 'number' ? reply : 0,
      }),
    );
  if (plugins.has('serialize')) observe(commands.SERIALIZE, () => plugins.notifyPlain('serialize'));
  return observers;
}
