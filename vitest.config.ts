import { defineConfig } from 'vitest/config';

/**
 * Three kinds of test files: the quick ones; `*.slow.test.ts` (seconds each, or they install, pack and
 * train), left out by `npm run test:fast`; `*.soak.test.ts` (minutes), run by `npm run test:soak` alone.
 */
const kind = process.env['RLSF_TESTS'] ?? 'all';
const slow = 'test/**/*.slow.test.{ts,tsx}';
const soak = 'test/**/*.soak.test.{ts,tsx}';

const quickFiles = {
  test: {
    name: 'quick',
    include: ['test/**/*.test.{ts,tsx}'],
    exclude: [slow, soak],
    // Loading the library anew for each file is most of their time.
    isolate: false,
    maxWorkers: '100%',
    sequence: { groupOrder: 0 },
  },
};

/** Rooms whose tests mostly keep one core busy, or wait. */
const light =
  '{cli,datasets,diagnostics,kernels,plots,policy,rollouts,serving,session,tensor,training}';
const lightFiles = `test/${light}/**/*.slow.test.{ts,tsx}`;

/** One at a time where the judge keeps all cores busy by itself. */
const slowFiles = (
  name: string,
  include: string,
  {
    exclude = [],
    atOnce = 1,
    group = 1,
  }: { exclude?: string[]; atOnce?: number; group?: number } = {},
): typeof quickFiles => ({
  test: {
    name,
    include: [include],
    exclude,
    isolate: true,
    maxWorkers: String(atOnce),
    sequence: { groupOrder: group },
  },
});

const projects = {
  all: [
    quickFiles,
    slowFiles('slow, two at a time', lightFiles, { atOnce: 2 }),
    slowFiles('slow', slow, { exclude: [lightFiles], group: 2 }),
  ],
  fast: [quickFiles],
  soak: [slowFiles('soak', soak)],
}[kind];

export default defineConfig({
  test: {
    projects: projects?.map((project) => ({ ...project, extends: true as const })),
    testTimeout: kind === 'soak' ? 1_800_000 : 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    env: { TF_CPP_MIN_LOG_LEVEL: '2' },
  },
});
