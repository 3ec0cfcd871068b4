// What a facade can be told, and how it reports warnings.
import type { ClientOptions } from '@msession/client';

/** A warning, as PHP's E_WARNING of the same call. */
export interface FacadeWarning {
  /** `msession_create`, … */
  readonly functionName: string;
  /** `msession_create(): DUPSESSION …` */
  readonly message: string;
  /** The server's or the client's error code; undefined for a wrong number of arguments. */
  readonly code: string | undefined;
}

export interface FacadeOptions<E extends 'utf8' | 'buffer' = 'utf8'> {
  /** Where to connect when a function is called before `msession_connect`; default: the environment's MSESSION_URL. */
  readonly url?: string;
  /** Also for `msession_connect`, whose two arguments have no room for it. */
  readonly password?: string;
  readonly user?: string;
  readonly tls?: NonNullable<ClientOptions['tls']>;
  /** The connection's name in CLIENT LIST. */
  readonly name?: string;
  /** What strings of the server become: `utf8` text (default), or `buffer`, which loses no byte. */
  readonly encoding?: E;
  /** `value` (default): `msession_listvar` answers value => session, as the manual says; `session`: session => value. */
  readonly listvar?: 'value' | 'session';
  /** Milliseconds for one function; default 30000. */
  readonly timeoutMs?: number;
  /** Milliseconds for connecting; default 5000. */
  readonly connectTimeoutMs?: number;
  /** Told of every warning, before its function returns. Default: `process.emitWarning`, type `MsessionWarning`. */
  readonly onWarning?: (warning: FacadeWarning) => void;
}

/** The warning as node prints it on standard error, once the function has returned. */
export function emitProcessWarning({ message, code }: FacadeWarning): void {
  process.emitWarning(message, { type: 'MsessionWarning', ...(code === undefined ? {} : { code }) });
}
