// Arrows point one way: protocol <- engine <- server <- msessiond, and protocol <- client <- facade. Tests and the
// conformance runs may reach further (a client's test starts a real server); published code may not.
// what only tests use: the engine's plain model and the scripts that are run against it
const tests = ['\\.test\\.ts$', '/test/', '^packages/engine/src/model/', '^bench/', '\\.config\\.ts$'];

/** @param {string} layer @param {string[]} allowed */
const mayOnlyUse = (layer, allowed) => ({
  name: `${layer.replace('packages/', '').replace('apps/', '')}-uses-only-what-stands-below-it`,
  comment: `${layer} may use: ${allowed.join(', ') || 'nothing of this workspace'}`,
  severity: 'error',
  from: { path: `^${layer}/`, pathNot: tests },
  to: { path: '^(packages|apps|bench|examples)/', pathNot: [layer, ...allowed].map((name) => `^${name}/`) },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    mayOnlyUse('packages/protocol', []),
    mayOnlyUse('packages/engine', ['packages/protocol']),
    mayOnlyUse('packages/engine-redis', ['packages/protocol', 'packages/engine']),
    mayOnlyUse('packages/server', ['packages/protocol', 'packages/engine']),
    mayOnlyUse('packages/client', ['packages/protocol']),
    mayOnlyUse('packages/facade', ['packages/protocol', 'packages/client']),
    mayOnlyUse('packages/php-session', []),
    mayOnlyUse('packages/express', ['packages/protocol', 'packages/client', 'packages/php-session']),
    mayOnlyUse('apps/msessiond', [
      'packages/protocol',
      'packages/engine',
      'packages/engine-redis',
      'packages/server',
      'packages/client',
    ]),
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or lack a third.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'protocol-is-pure',
      comment: 'The codec knows neither sockets nor timers nor streams.',
      severity: 'error',
      from: { path: '^packages/protocol/src/', pathNot: tests },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(buffer|util)$' },
    },
    {
      name: 'engine-knows-no-sockets',
      severity: 'error',
      from: { path: '^packages/engine/src/', pathNot: tests },
      to: { dependencyTypes: ['core'], path: '^(node:)?(net|tls|http|https|dgram)$' },
    },
    {
      name: 'resolvable',
      comment: 'An import that nothing answers to.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared-dependencies',
      comment: 'Published code uses only packages that its package.json lists as dependencies.',
      severity: 'error',
      from: { path: '^(packages|apps)/[^/]+/src/', pathNot: tests },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only', 'npm-peer'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|\\.tsc|reports|vendor|vectors)/' },
    tsConfig: { fileName: 'tsconfig.base.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
