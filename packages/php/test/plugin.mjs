// The plugin that the legacy site's pages call.
import { definePlugin } from '@msession/server';

export const plugin = definePlugin({
  name: 'php-tests',
  version: '1.0.0',
  functions: { uptime: (_parameters, context) => context.uptimeSeconds() },
  hooks: {
    escape: ({ value, parameter }) => {
      if (value.toString() !== 'upper') throw new Error('this personality knows upper');
      return String(parameter ?? '').toUpperCase();
    },
  },
});
