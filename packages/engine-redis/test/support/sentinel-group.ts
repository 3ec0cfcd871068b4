// A master, a replica and three Sentinels that watch them and agree by two.
import { RedisProcess, untilSo } from './redis-process.js';

export class SentinelGroup {
  readonly name = 'sessions';
  readonly servers: readonly RedisProcess[];
  readonly sentinels: readonly RedisProcess[];

  private constructor(servers: readonly RedisProcess[], sentinels: readonly RedisProcess[]) {
    this.servers = servers;
    this.sentinels = sentinels;
  }

  static async start(): Promise<SentinelGroup> {
    const master = await RedisProcess.start();
    const replica = await RedisProcess.start({ config: [`replicaof 127.0.0.1 ${master.port}`] });
    const sentinels = await Promise.all(
      [0, 1, 2].map(() =>
        RedisProcess.start({
          mode: 'sentinel',
          config: [
            `sentinel monitor sessions 127.0.0.1 ${master.port} 2`,
            'sentinel down-after-milliseconds sessions 500',
            'sentinel failover-timeout sessions 3000',
            'sentinel parallel-syncs sessions 1',
          ],
        }),
      ),
    );
    const group = new SentinelGroup([master, replica], sentinels);
    await untilSo(
      'the replica follows',
      async () => (await replica.info('replication', 'master_link_status')) === 'up',
    );
    for (const sentinel of sentinels)
      await untilSo('a Sentinel knows the replica and its peers', async () => {
        const fields = await sentinel.texts('SENTINEL', 'MASTER', group.name);
        const field = (name: string) => Number(fields[fields.indexOf(name) + 1]);
        return field('num-slaves') === 1 && field('num-other-sentinels') === 2;
      });
    return group;
  }

  /** `127.0.0.1:1234,127.0.0.1:1235,…` */
  get sentinelAddresses(): string {
    return this.sentinels.map(({ host, port }) => `${host}:${port}`).join(',');
  }

  /** The server that the Sentinels name as master. */
  async master(): Promise<RedisProcess> {
    const [, port] = (await this.sentinels[0]?.texts('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', this.name)) ?? [];
    const master = this.servers.find((server) => server.port === Number(port));
    if (master === undefined) throw new Error(`no server of this group has port ${port}`);
    return master;
  }

  /** Resolves when all Sentinels name another master than this one, and it takes writes. */
  async promoted(than: RedisProcess): Promise<RedisProcess> {
    const other = this.servers.find((server) => server !== than) as RedisProcess;
    for (const sentinel of this.sentinels)
      await untilSo('the Sentinels name another master', async () => {
        const [, port] = await sentinel.texts('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', this.name);
        return Number(port) === other.port;
      });
    await untilSo('the new master takes writes', async () => (await other.info('replication', 'role')) === 'master');
    return other;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.sentinels, ...this.servers].map((server) => server.stop()));
  }
}
