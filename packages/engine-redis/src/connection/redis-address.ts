// Where Redis is and how it is reached.

export interface RedisHost {
  readonly host: string;
  readonly port: number;
}

export interface RedisServers {
  /** `single`: one server; `sentinel`: the hosts are Sentinels; `cluster`: some nodes of a cluster, which name the others. */
  readonly topology: 'single' | 'sentinel' | 'cluster';
  readonly hosts: readonly RedisHost[];
  readonly username?: string;
  readonly password?: string;
  /** What Sentinels call the servers they watch. */
  readonly masterName?: string;
  readonly sentinelPassword?: string;
  /** Number of the database; a cluster has 0 only. */
  readonly database?: number;
  /** TLS, where it is spoken; PEM texts, each where it is needed. */
  readonly tls?: { readonly ca?: string | Buffer; readonly cert?: string | Buffer; readonly key?: string | Buffer };
}
