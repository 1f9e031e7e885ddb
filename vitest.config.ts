import { defineConfig } from 'vitest/config';

/**
 * `npm run test:fast` leaves out `*.slow.test.ts` (seconds each, or they install, pack and train) and `*.soak.test.ts`
 * (they run for minutes and only under `npm run test:soak`).
 */
const kind = process.env['RLSF_TESTS'] ?? 'all';
const slow = 'test/**/*.slow.test.{ts,tsx}';
const soak = 'test/**/*.soak.test.{ts,tsx}';

export default defineConfig({
  test: {
    include: kind === 'soak' ? [soak] : ['test/**/*.test.{ts,tsx}'],
    exclude: kind === 'soak' ? [] : kind === 'fast' ? [slow, soak] : [soak],
    testTimeout: kind === 'soak' ? 1_800_000 : 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // Loading the library anew for each file is most of their time.
    isolate: kind !== 'fast',
    // The judge keeps all cores busy by itself; the quick tests do not.
    maxWorkers: kind === 'fast' ? '100%' : undefined,
    env: { TF_CPP_MIN_LOG_LEVEL: '2' },
  },
});
