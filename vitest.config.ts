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

/** One at a time: the judge keeps all cores busy by itself. */
const oneByOne = (name: string, include: string): typeof quickFiles => ({
  test: {
    name,
    include: [include],
    exclude: [],
    isolate: true,
    maxWorkers: '1',
    sequence: { groupOrder: 1 },
  },
});

const projects = {
  all: [quickFiles, oneByOne('slow', slow)],
  fast: [quickFiles],
  soak: [oneByOne('soak', soak)],
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
