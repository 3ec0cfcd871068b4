// A Redis Cluster of three masters and three replicas, made as its operators make one, and what happens to clusters:
// slots that move while they are in use, failovers that are asked for, masters that die.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { freePort } from './free-port.js';
import { RedisProcess, untilSo } from './redis-process.js';
import { redisProgram } from './redis-program.js';

const run = promisify(execFile);

export interface ClusterNode {
  readonly id: string;
  readonly server: RedisProcess;
  readonly isMaster: boolean;
  /** Of a replica: its master's id. */
  readonly masterId: string | null;
  readonly slots: readonly (readonly [first: number, last: number])[];
}

export interface RedisClusterOptions {
  /** Milliseconds without an answer after which a node is taken for dead. */
  readonly nodeTimeoutMs?: number;
}

export class RedisCluster {
  readonly servers: readonly RedisProcess[];

  private constructor(servers: readonly RedisProcess[]) {
    this.servers = servers;
  }

  static async start({ nodeTimeoutMs = 1500 }: RedisClusterOptions = {}): Promise<RedisCluster> {
    const servers = await Promise.all(
      Array.from({ length: 6 }, () =>
        RedisProcess.start(async () => ({
          config: [
            'cluster-enabled yes',
            'cluster-config-file nodes.conf',
            // by default the bus is 10,000 above the port, which may be no port at all
            ...(redisProgram().hasClusterPort ? [`cluster-port ${await freePort()}`] : []),
            `cluster-node-timeout ${nodeTimeoutMs}`,
            'cluster-require-full-coverage no',
            'cluster-replica-validity-factor 0',
          ],
        })),
      ),
    );
    const cluster = new RedisCluster(servers);
    const nodes = servers.map(({ host, port }) => `${host}:${port}`);
    try {
      await run(redisProgram().client, ['--cluster', 'create', ...nodes, '--cluster-replicas', '1', '--cluster-yes']);
      await cluster.settled();
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** `127.0.0.1:1234,127.0.0.1:1235,…` */
  get addresses(): string {
    return this.servers.map(({ host, port }) => `${host}:${port}`).join(',');
  }

  /** Processes of those that run. */
  get pids(): readonly number[] {
    return this.servers.flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  }

  /** Resolves when all that run agree that every slot is served and every replica follows. */
  async settled(): Promise<void> {
    const alive = this.servers.filter(({ isRunning }) => isRunning);
    for (const server of alive)
      await untilSo('the cluster is whole', async () => {
        const info = await server.text('CLUSTER', 'INFO');
        if (!/cluster_state:ok/.test(info) || !/cluster_slots_ok:16384/.test(info)) return false;
        if ((await server.info('replication', 'role')) === 'master') return true;
        return (await server.info('replication', 'master_link_status')) === 'up';
      });
    const views = async () => {
      const all = await Promise.all(alive.map((server) => this.nodes(server)));
      return new Set(all.map((nodes) => nodes.map((node) => `${node.id} ${node.isMaster} ${node.slots}`).join()));
    };
    await untilSo('all nodes have one view', async () => (await views()).size === 1);
  }

  /** All nodes as one of them sees them, in one order. */
  async nodes(asked: RedisProcess = this.#alive()): Promise<ClusterNode[]> {
    const lines = (await asked.text('CLUSTER', 'NODES')).trim().split('\n');
    return lines
      .flatMap((line): ClusterNode[] => {
        const [id = '', address = '', flags = '', master = '-', , , , , ...slots] = line.split(' ');
        const port = Number(/:(\d+)@/.exec(address)?.[1]);
        const server = this.servers.find((each) => each.port === port);
        if (server === undefined) return [];
        const isMaster = flags.split(',').includes('master');
        const ranges = slots
          .filter((range) => !range.startsWith('['))
          .map((range) => range.split('-').map(Number))
          .map(([first = 0, last = first]) => [first, last] as const);
        return [{ id, server, isMaster, masterId: master === '-' ? null : master, slots: ranges }];
      })
      .sort((left, right) => left.server.port - right.server.port);
  }

  /** Masters that serve slots. */
  async masters(): Promise<ClusterNode[]> {
    return (await this.nodes()).filter((node) => node.isMaster && node.slots.length > 0 && node.server.isRunning);
  }

  async slotOf(key: string): Promise<number> {
    return Number(await this.#alive().call('CLUSTER', 'KEYSLOT', key));
  }

  async ownerOf(slot: number): Promise<ClusterNode> {
    const owner = (await this.masters()).find(({ slots }) =>
      slots.some(([first, last]) => slot >= first && slot <= last),
    );
    if (owner === undefined) throw new Error(`nobody serves slot ${slot}`);
    return owner;
  }

  /**
   * Moves one slot as `redis-cli --cluster reshard` does, a few keys at a time, so that clients meet it half-way. `between`
   * runs after every step.
   */
  async moveSlot(slot: number, to: ClusterNode, between?: (movedKeys: number) => Promise<void>): Promise<void> {
    const from = await this.ownerOf(slot);
    if (from.id === to.id) return;
    await to.server.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', from.id);
    await from.server.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', to.id);
    let moved = 0;
    await between?.(moved);
    for (;;) {
      const keys = await from.server.texts('CLUSTER', 'GETKEYSINSLOT', slot, 3);
      if (keys.length === 0) break;
      const { host, port } = to.server;
      await from.server.call('MIGRATE', host, port, '', 0, 10_000, 'KEYS', ...keys);
      moved += keys.length;
      await between?.(moved);
    }
    await to.server.call('CLUSTER', 'SETSLOT', slot, 'NODE', to.id);
    for (const { server, id } of await this.masters())
      if (id !== to.id) await server.call('CLUSTER', 'SETSLOT', slot, 'NODE', to.id);
  }

  /** A replica takes over in good order, its master agreeing; resolves when it has. */
  async failOver(master: ClusterNode): Promise<ClusterNode> {
    const replica = await this.replicaOf(master);
    await replica.server.call('CLUSTER', 'FAILOVER');
    return await this.#promoted(replica);
  }

  /** A master dies; resolves with the replica that took its place. */
  async killMaster(master: ClusterNode): Promise<ClusterNode> {
    const replica = await this.replicaOf(master);
    await master.server.kill();
    return await this.#promoted(replica);
  }

  async replicaOf(master: ClusterNode): Promise<ClusterNode> {
    const replica = (await this.nodes()).find(({ masterId, server }) => masterId === master.id && server.isRunning);
    if (replica === undefined) throw new Error('this master has no replica');
    return replica;
  }

  async #promoted({ id, server }: ClusterNode): Promise<ClusterNode> {
    for (const each of this.servers.filter(({ isRunning }) => isRunning))
      await untilSo('all see the replica in its master’s place', async () => {
        const nodes = await this.nodes(each);
        return nodes.some((node) => node.id === id && node.isMaster && node.slots.length > 0);
      });
    return (await this.nodes(server)).find((node) => node.id === id) as ClusterNode;
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
  }

  #alive(): RedisProcess {
    const alive = this.servers.find(({ isRunning }) => isRunning);
    if (alive === undefined) throw new Error('no server of this cluster runs');
    return alive;
  }
}
