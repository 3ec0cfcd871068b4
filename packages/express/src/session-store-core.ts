// The operations of a store by promise, over ids as the application knows them. The Express and the Fastify store are
// thin shells around it; which session object belongs to which open session is remembered here, weakly.
import { codeOf, SessionStoreError } from './errors.js';
import { searchText } from './index-variables.js';
import type { StoreMetrics } from './metrics.js';
import { newOpenSession, type OpenSession } from './open-session.js';
import type { SessionData } from './serializers.js';
import { SessionRecords } from './session-records.js';
import { currentScope } from './session-scope.js';
import { badOption, type MigrationSource, resolveStoreOptions, type StoreOptions } from './store-options.js';

const longestIdBytes = 255;
const pageSize = 1000;

export class SessionStoreCore {
  readonly records: SessionRecords;
  readonly #opens = new WeakMap<object, OpenSession>();

  constructor(options: StoreOptions) {
    this.records = new SessionRecords(resolveStoreOptions(options));
  }

  get metrics(): StoreMetrics {
    return this.records.metrics;
  }

  get #options() {
    return this.records.options;
  }

  /** The id on the server, or undefined for what cannot be a session's id: those name nothing and are never sent. */
  serverId(id: unknown): string | undefined {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what ids must not hold
    if (typeof id !== 'string' || id === '' || /[\u0000-\u001f\u007f/]/.test(id)) return undefined;
    const serverId = this.#options.prefix + id;
    if (serverId === 'globals' || Buffer.byteLength(serverId) > longestIdBytes) return undefined;
    return serverId;
  }

  #checkedId(id: unknown): string {
    const serverId = this.serverId(id);
    if (serverId === undefined)
      throw new SessionStoreError(
        'BAD_ID',
        `this is no id of a session: 1 to ${longestIdBytes} bytes with the prefix, without slashes and control characters, and not 'globals'`,
      );
    return serverId;
  }

  /** Reads a session in the mode of the running request; null when there is none. */
  get(id: string): Promise<Record<string, unknown> | null> {
    const serverId = this.serverId(id);
    if (serverId === undefined) return Promise.resolve(null);
    // one promise each, and none where nothing is waited for: with an asynchronous context around them they cost most of
    // what a page costs here (bench/src/cycle)
    return this.#open(serverId).then((open) => {
      if (open.isFound || this.#options.migrateFrom === undefined) return this.#dataOf(open);
      return this.#takeOver(id, open).then((taken) => (taken === undefined ? null : this.#dataOf(taken)));
    });
  }

  #dataOf(open: OpenSession): Record<string, unknown> | null {
    const data = this.records.parse(open);
    if (data === undefined) return null;
    this.#opens.set(data, open);
    return data;
  }

  #open(serverId: string): Promise<OpenSession> {
    try {
      const scope = currentScope();
      if (scope !== undefined) return scope.open(this.records, serverId);
      const open = newOpenSession(serverId, 'overwrite');
      return this.records.fill(open).then(() => open);
    } catch (error) {
      // the function that chooses the mode is the application's
      return Promise.reject(error);
    }
  }

  /** The session object that a framework made of what `get` answered stands for the same open session. */
  inherit(data: object, session: object): void {
    const open = this.#opens.get(data);
    if (open !== undefined) this.#opens.set(session, open);
  }

  async set(id: string, session: SessionData, request?: object): Promise<void> {
    const serverId = this.#checkedId(id);
    const scope = currentScope(request, session);
    const own = this.#opens.get(session);
    let open = own?.serverId === serverId ? own : scope?.find(serverId);
    if (open === undefined) {
      // made by this request: nobody else has its id before the response, but parts of the response may come early
      open = newOpenSession(serverId, scope === undefined || scope.mode === 'overwrite' ? 'overwrite' : 'merge');
      scope?.adopt(this.records, open);
    }
    this.#opens.set(session, open);
    if (open.isMigrated) await this.#deleteOld(id, open);
    await this.records.write(open, session);
  }

  async touch(id: string, session: SessionData, request?: object): Promise<void> {
    if (this.#options.disableTouch) return;
    const serverId = this.serverId(id);
    if (serverId === undefined) return;
    const open = currentScope(request, session)?.find(serverId);
    if (open?.isEnding === true && open.lock !== undefined) await this.records.touchLast(open, session);
    else await this.records.touch(serverId, session);
  }

  async destroy(id: string): Promise<void> {
    const serverId = this.serverId(id);
    if (serverId === undefined) return;
    const { migrateFrom } = this.#options;
    if (migrateFrom !== undefined) await destroyIn(migrateFrom, id);
    await this.records.destroy(serverId);
    const open = currentScope()?.find(serverId);
    if (open !== undefined) this.records.forget(open);
  }

  /** Ids of all sessions with this store's prefix. */
  async ids(): Promise<string[]> {
    const { client, prefix } = this.#options;
    const ids = new Set<string>();
    const match = `${prefix.replace(/[\\*?[\]]/g, '\\$&')}*`;
    for (let cursor = '0'; ; ) {
      const [next, page] = await client.list({ cursor, count: pageSize, match, encoding: 'utf8' });
      for (const id of page) ids.add(id.slice(prefix.length));
      if (next === '0') return [...ids];
      cursor = next;
    }
  }

  /** All sessions with their ids. A listing is no visit: it prolongs none of them. */
  async all(): Promise<Record<string, unknown>[]> {
    const sessions = await Promise.all(
      (await this.ids()).map(async (id) => {
        const data = await this.records.peek(this.#options.prefix + id);
        return data === undefined ? undefined : { ...data, id };
      }),
    );
    return sessions.filter((session) => session !== undefined);
  }

  async length(): Promise<number> {
    if (this.#options.prefix === '') return this.#options.client.count();
    return (await this.ids()).length;
  }

  async clear(): Promise<void> {
    const ids = await this.ids();
    await Promise.all(ids.map((id) => this.records.destroy(this.#options.prefix + id)));
  }

  /** Ids of the sessions whose indexed field has this value. */
  async find(field: string, value: unknown): Promise<string[]> {
    const { client, prefix } = this.#options;
    const [name, text] = this.#search(field, value);
    const found = await client.find(name, text, { encoding: 'utf8' });
    // sub-sessions are parts of sessions, not sessions of their own
    return found.filter((id) => id.startsWith(prefix) && !id.includes('/')).map((id) => id.slice(prefix.length));
  }

  /** Destroys the sessions whose indexed field has this value, in one step; answers how many. */
  async destroyWhere(field: string, value: unknown, options: { readonly except?: string } = {}): Promise<number> {
    const [name, text] = this.#search(field, value);
    const except = options.except === undefined ? undefined : this.#checkedId(options.except);
    return this.#options.client.dropwhere(name, text, { except });
  }

  #search(field: string, value: unknown): [string, string] {
    const { index, prefix } = this.#options;
    if (!index.includes(field))
      throw badOption(
        `'${field}' is not indexed; name it in the option index${index.length > 0 ? ` (${index.join(', ')})` : ''}`,
      );
    const text = searchText(value);
    if (text === undefined) throw badOption('a field is searched for by a string, number, bigint or boolean');
    return [prefix + field, text];
  }

  /** A session that only the old store has is written here before it is used. */
  async #takeOver(id: string, { serverId }: OpenSession): Promise<OpenSession | undefined> {
    const { migrateFrom } = this.#options;
    if (migrateFrom === undefined) return undefined;
    const old = await getFrom(migrateFrom, id);
    if (typeof old !== 'object' || old === null) return undefined;
    const bytes = Buffer.from(this.#options.serializer.stringify(old as SessionData) as string);
    const seconds = this.#options.ttlOf(old as SessionData);
    if (Number.isNaN(seconds)) return undefined;
    const life = seconds === undefined ? {} : { timeoutSeconds: seconds };
    // of two requests that take it over at once, one writes it and both go on with what is there then
    const reply = await this.#options.client.dataset(serverId, bytes, { ...life, condition: 'NX' });
    if (reply !== null) this.metrics.migrated++;
    const open = await this.#open(serverId);
    open.isMigrated = true;
    return open.isFound ? open : undefined;
  }

  async #deleteOld(id: string, open: OpenSession): Promise<void> {
    open.isMigrated = false;
    if (this.#options.migrateFrom !== undefined) await destroyIn(this.#options.migrateFrom, id);
  }
}

function getFrom(source: MigrationSource, id: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    source.get(id, (error, session) => {
      if (error !== null && error !== undefined && codeOf(error) !== 'ENOENT') reject(error);
      else resolve(session);
    });
  });
}

function destroyIn(source: MigrationSource, id: string): Promise<void> {
  return new Promise((resolve, reject) => {
    source.destroy(id, (error) => (error === null || error === undefined ? resolve() : reject(error)));
  });
}
