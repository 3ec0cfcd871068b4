import { commands, type DeferredReply, type ReplySink } from '@msession/protocol';
import { type CommandCall, defineHandler } from '../command-handler.js';
import type { Connection } from '../connection.js';
import { authenticate, clientWord } from '../greet.js';
import type { ServerContext } from '../server-context.js';

type HelloCall = CommandCall<typeof commands.HELLO>;

export const hello = defineHandler(
  commands.HELLO,
  (call) => {
    const { context, connection, sink, bound } = call;
    const version = bound.protocolVersion;
    if (version !== undefined && version !== 2 && version !== 3) {
      sink.error('NOPROTO', `protocol version ${version} is not spoken; 2 and 3 are`);
      return undefined;
    }
    const options = readOptions(call);
    if (options === null) return undefined;
    const greet: DeferredReply = (to) => {
      if (version !== undefined) speak(connection, to, version);
      if (options.name !== null) connection.name = options.name;
      introduce(context, connection, to);
    };
    if (options.passwordAt > 0 && context.authenticator.isRequired) {
      const password = call.request.view(options.passwordAt);
      const refusal = authenticate(context, connection, options.userName, password, greet);
      if (refusal !== undefined) return refusal;
    }
    if (connection.user === null) {
      sink.error('NOAUTH', 'a password is needed first; send HELLO 3 AUTH user password, or AUTH');
      return undefined;
    }
    greet(sink);
    return undefined;
  },
  { isBlocking: true },
);

interface HelloOptions {
  readonly userName: string;
  /** 0: none given. */
  readonly passwordAt: number;
  readonly name: string | null;
}

/** Null when the error is written. */
function readOptions({ request, sink, bound }: HelloCall): HelloOptions | null {
  let userName = '';
  let passwordAt = 0;
  let name: string | null = null;
  const end = bound.options.first + bound.options.count;
  for (let i = bound.options.first; i < end; ) {
    if (request.isToken(i, 'AUTH') && i + 2 < end) {
      userName = request.text(i + 1);
      passwordAt = i + 2;
      i += 3;
    } else if (request.isToken(i, 'SETNAME') && i + 1 < end) {
      name = clientWord(request, i + 1);
      if (name === null) {
        sink.error('ERR', 'a client name has printable characters and no spaces, 128 at most');
        return null;
      }
      i += 2;
    } else {
      sink.error(
        'ERR',
        // the word itself may be a password
        `syntax error: word ${i + 1} of 'HELLO' is no option (AUTH user password, SETNAME name)`,
      );
      return null;
    }
  }
  return { userName, passwordAt, name };
}

/** Replies from this one on are in the other version; pushes end where it has none. */
function speak(connection: Connection, sink: ReplySink, version: 2 | 3): void {
  connection.protocolVersion = version;
  (sink as { version: 2 | 3 }).version = version;
  if (version === 3) return;
  connection.unsubscribe?.();
  connection.unsubscribe = null;
}

function introduce(context: ServerContext, connection: Connection, sink: ReplySink): void {
  const { plugins } = context.plugins;
  sink.map(7);
  sink.bulkText('server');
  sink.bulkText('msession');
  sink.bulkText('version');
  sink.bulkText(context.version);
  sink.bulkText('proto');
  sink.integer(connection.protocolVersion);
  sink.bulkText('id');
  sink.integer(connection.id);
  sink.bulkText('mode');
  sink.bulkText('standalone');
  sink.bulkText('role');
  sink.bulkText('master');
  sink.bulkText('modules');
  sink.array(plugins.length);
  for (const plugin of plugins) {
    sink.map(2);
    sink.bulkText('name');
    sink.bulkText(plugin.name);
    sink.bulkText('ver');
    sink.bulkText(plugin.version ?? '');
  }
}
