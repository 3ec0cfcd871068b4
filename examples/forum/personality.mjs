// The forum's server plugin. In 2002 it was a shared library in C++, loaded by the daemon; now it is a module:
// `msessiond --plugin examples/forum/personality.mjs`.

/** @type {Record<string, string>} */
const ranks = { 0: 'newcomer', 1: 'member', 10: 'old hand' };

export const plugin = {
  name: 'forum',
  functions: {
    // msession_call('motd', name)
    motd: (parameters) => `Be kind to each other, ${parameters[0] ?? 'stranger'}.`,
  },
  hooks: {
    // msession_plugin(session, 'rank'): computed where the session lives, without carrying it to the page
    escape: async ({ id, value }, context) => {
      if (String(value) !== 'rank') throw new Error(`the forum knows 'rank', not '${value}'`);
      const posts = Number(await context.execute('GETVAL', id, 'posts', '0'));
      const reached = Object.keys(ranks).filter((least) => posts >= Number(least));
      return ranks[reached.at(-1) ?? 0];
    },
  },
};
