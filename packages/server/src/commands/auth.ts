import { commands } from '@msession/protocol';
import { defaultUser } from '../authentication.js';
import { defineHandler } from '../command-handler.js';
import { authenticate } from '../greet.js';

export const auth = defineHandler(
  commands.AUTH,
  ({ context, connection, request, sink, bound }) => {
    if (!context.authenticator.isRequired) {
      sink.error('ERR', 'this server has no password; go on without AUTH');
      return undefined;
    }
    const userName = bound.password === 0 ? defaultUser.name : request.text(bound.userOrPassword);
    const password = request.view(bound.password === 0 ? bound.userOrPassword : bound.password);
    const refusal = authenticate(context, connection, userName, password, (late) => late.ok());
    if (refusal === undefined) sink.ok();
    return refusal;
  },
  { isBlocking: true },
);
