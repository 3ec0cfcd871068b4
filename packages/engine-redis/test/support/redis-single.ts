// A single redis-server: open as Redis starts by default, or behind TLS with users, as on a network.
import { type Certificates, makeCertificates } from '../../../server/test/support/certificates.js';
import { RedisProcess } from './redis-process.js';
import { redisProgram } from './redis-program.js';

export async function startSingleRedis(config: readonly string[] = []): Promise<RedisProcess> {
  return await RedisProcess.start({ config });
}

export interface GuardedRedis {
  readonly server: RedisProcess;
  readonly certificates: Certificates;
  /** May do everything. */
  readonly administrator: { readonly username: string; readonly password: string };
  /** May do what the engine needs on keys and channels of one prefix, and nothing else. */
  readonly user: { readonly username: string; readonly password: string };
}

export interface GuardedRedisOptions {
  /** What the user's keys and channels begin with. */
  readonly prefix: string;
  /** Rules of the user beside its keys and channels: `+@all`, `-@dangerous`. */
  readonly rules: readonly string[];
}

/** A server that speaks TLS only, has no user `default`, and one user who may touch one prefix. */
export async function startGuardedRedis({ prefix, rules }: GuardedRedisOptions): Promise<GuardedRedis> {
  const certificates = makeCertificates();
  const identity = certificates.server();
  const administrator = { username: 'administrator', password: 'administrators-password' };
  const user = { username: 'sessions', password: 'p@ss:word/with?signs' };
  const { hasChannelRules, isSupported } = redisProgram();
  const anyChannel = hasChannelRules ? ' &*' : '';
  const ownChannels = hasChannelRules ? ` &${prefix}*` : '';
  // before 6.2.2 a stranger, who is `default`, must be allowed the very HELLO by which he says who he is
  const strangers = isSupported ? '' : ' +hello';
  const server = await RedisProcess.start({
    tls: {
      authority: certificates.authority.certificate,
      authorityFile: certificates.authority.certificateFile,
      certificateFile: identity.certificateFile,
      keyFile: identity.keyFile,
    },
    administrator,
    config: [
      `user default off${strangers}`,
      `user ${administrator.username} on >${administrator.password} ~*${anyChannel} +@all`,
      `user ${user.username} on >${user.password} ~${prefix}*${ownChannels} ${rules.join(' ')}`,
    ],
  });
  return { server, certificates, administrator, user };
}
