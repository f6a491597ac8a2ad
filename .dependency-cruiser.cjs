/** Imports go one way: protocol, stun ← client, server, doctor ← cli, web. What ships never imports lab, bench or faults. */
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: '^(packages|apps|bench|faults)/', pathNot: [from, ...allowed] },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^@anypath/web' } },
    {
      name: 'declared',
      severity: 'error',
      from: { path: '^(packages|apps|bench|faults)/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    only('protocol-alone', '^packages/protocol/', []),
    only('stun-alone', '^packages/stun/', []),
    only('client-on-protocol', '^packages/client/', ['^packages/protocol/']),
    only('server-on-protocol', '^packages/server/', ['^packages/(protocol|stun)/']),
    only('doctor-on-stun', '^packages/doctor/', ['^packages/(protocol|stun)/']),
    only('cli-on-server', '^packages/cli/', ['^packages/(protocol|server|doctor|web)/', '^apps/web/package.json']),
    only('bench-from-outside', '^bench/', ['^packages/(protocol|client|server|lab)/']),
    only('faults-from-outside', '^faults/', [
      '^packages/(protocol|client)/',
      '^packages/server/src/testing/',
      '^bench/src/[^/]+\\.ts',
    ]),
    only('web-on-client', '^apps/web/', ['^packages/(client|protocol|doctor)/']),
    {
      name: 'verdict-runs-in-browsers',
      comment: 'What the page takes from the doctor is pure: no socket, no Node.',
      severity: 'error',
      from: { path: '^(apps/web/|packages/doctor/src/verdict/)', pathNot: '\\.test\\.ts$' },
      to: { path: '^(packages/doctor/src/(?!verdict/)|packages/stun/|node:)' },
    },
    {
      name: 'web-uses-the-public-entry',
      severity: 'error',
      from: { path: '^apps/web/' },
      to: { path: '^packages/client/(src|dist)/(?!index\\.)' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: ['node_modules', 'dist'] },
    exclude: { path: ['/dist/', '\\.cache/'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'require', 'node', 'default'],
    },
  },
};
