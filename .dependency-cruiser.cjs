/**
 * The arrows of DESIGN.md section 3. A room may import the rooms of lower layers only; `records.ts`
 * and `errors.ts` are leaves that everything may import. Types count as imports.
 */
const layers = [
  ['hub'],
  ['tensor', 'diagnostics', 'tasks', 'algorithms'],
  ['rewards', 'policy', 'sandbox'],
  ['rollouts'],
  ['datasets'],
  ['training', 'evaluation'],
  ['session', 'experiments'],
  ['notebook'],
  ['repl', 'serving'],
];

/** Arrows inside one layer that the design names. */
const sideways = {
  algorithms: ['tensor'], // losses are tensor arithmetic
  tasks: ['algorithms'], // problems are drawn from the seeded generator
  session: ['experiments'], // one config tree and one set of methods, for a run and for a single step
  repl: ['serving'], // the commands that start servers
};

const rooms = layers.flat();

const arrows = layers.flatMap((layer, depth) =>
  layer.map((room) => {
    const allowed = [room, ...layers.slice(0, depth).flat(), ...(sideways[room] ?? [])];
    // Plots are data for the front ends, for sessions and for experiments.
    if (['session', 'experiments', 'notebook', 'repl', 'serving'].includes(room))
      allowed.push('plots');
    const forbidden = [...rooms, 'plots'].filter((other) => !allowed.includes(other));
    return {
      name: `${room}-imports-down-only`,
      severity: 'error',
      comment: `src/${room} may import: ${allowed.join(', ')}.`,
      from: { path: `^src/${room}/` },
      to: { path: `^src/(${forbidden.join('|')}|cli)(/|\\.ts$)` },
    };
  }),
);

module.exports = {
  forbidden: [
    ...arrows,
    {
      name: 'leaves-import-nothing',
      severity: 'error',
      from: { path: '^src/(records|errors)\\.ts$' },
      to: { path: '.' },
    },
    {
      name: 'plots-take-types-only',
      severity: 'error',
      comment: 'A plot is made from records: it may know their types, and no other room.',
      from: { path: '^src/plots/' },
      to: {
        path: '^src/',
        pathNot: '^src/(plots/|(errors|records)\\.ts$)',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'pure-rooms',
      severity: 'error',
      comment: 'No files, no processes, no clock in diagnostics, rewards and algorithms.',
      from: { path: '^src/(diagnostics|rewards|algorithms)/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-circles',
      severity: 'error',
      comment: 'Types count. What two files need of each other has a file of its own.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'servers-are-loaded-when-started',
      severity: 'error',
      comment: 'The library offers servers; importing it must not load what they listen with.',
      from: { path: '^src/serving/start\\.ts$' },
      to: {
        path: '^src/serving/',
        dynamic: false,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'the-library-has-no-front-end',
      severity: 'error',
      comment:
        'Importing rlsf in a notebook must not load Ink. Servers are behind imports of their own in serving/start.ts.',
      from: { path: '^src/index\\.ts$' },
      to: {
        path: '^src/repl/|^src/cli\\.ts$|node_modules/(ink|react)/',
        reachable: true,
      },
    },
    {
      name: 'the-library-offers-servers-by-one-door',
      severity: 'error',
      from: { path: '^src/index\\.ts$' },
      to: { path: '^src/serving/', pathNot: '^src/serving/start\\.ts$' },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'default'] },
  },
};
