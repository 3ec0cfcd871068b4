// The demo plugin: what the original's demo did (a function that answers the daemon's uptime), and a small personality
// that shows an escape, a hook and commands run from a plugin.
import { definePlugin } from './plugins/define-plugin.js';

/**
 * `CALL uptime` answers the seconds the server has been up, `CALL visits` counts itself in `globals`. `PLUGIN id hello`
 * greets by the session's variable `name` (or the parameter), `PLUGIN id upper text` answers the text in capitals.
 */
export const plugin = definePlugin({
  name: 'demo',
  version: '1.0.0',
  functions: {
    uptime: (_parameters, context) => context.uptimeSeconds(),
    visits: async (_parameters, context) => {
      const count = await context.execute('INC', 'globals', 'demo-visits');
      return String(count);
    },
  },
  hooks: {
    async escape({ id, value, parameter }, context) {
      const verb = value.toString('utf8');
      if (verb === 'upper') return (parameter ?? Buffer.alloc(0)).toString('utf8').toUpperCase();
      if (verb !== 'hello') throw new Error(`the demo personality knows hello and upper, not '${verb}'`);
      const name = await context.execute('GETVAL', id, 'name', parameter ?? 'stranger');
      return `hello, ${String(name)}`;
    },
  },
});
