import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Verdict } from '../../src/records.js';
import { createJudgePool } from '../../src/sandbox/index.js';
import type { JudgePool } from '../../src/sandbox/index.js';
import { neighbour } from './attacks/attack.js';
import type { Attack, World } from './attacks/attack.js';
import { compiles, programs } from './attacks/index.js';
import { createSurroundings, descendants, poolFolders } from './attacks/surroundings.js';
import type { Surroundings } from './attacks/surroundings.js';
import { tiers } from './tiers.js';

/** What docs/attacks.md says of limits is these. */
const limits = { memoryMiB: 192, cpuMs: 400, wallMs: 2500 };
const isSoak = process.env['RLSF_TESTS'] === 'soak';

for (const { tier, reason } of await tiers()) {
  describe.skipIf(reason !== null)(
    `attacks on tier ${tier}${reason === null ? '' : ` (not to be had here: ${reason})`}`,
    () => {
      let surroundings: Surroundings;
      let pool: JudgePool;
      let next = 0;

      beforeAll(async () => {
        surroundings = await createSurroundings(tier);
        pool = await createJudgePool({ isolation: tier, ...limits });
      });
      afterAll(async () => {
        await pool.close();
        expect(await surroundings.harm()).toEqual([]);
        expect(poolFolders()).toEqual([]);
        await surroundings.close();
      });

      /** Neighbours keep their verdicts, whoever is beside them. */
      const judgeNeighbours = async (): Promise<void> => {
        const some = [neighbour(next++), neighbour(next++)];
        const verdicts = await pool.judge(some.map(({ job }) => job));
        expect(verdicts.map(({ outcome }) => outcome)).toEqual(some.map(({ outcome }) => outcome));
      };

      describe.each(programs)('$title', ({ attacks }) => {
        const tried = attacks.filter(({ slow = false }) => slow === isSoak);
        let verdicts: Verdict[];
        let beside: { outcome: string; verdict: Verdict }[];

        beforeAll(async () => {
          // One neighbour before and one behind each: every batch has some.
          const some = [...tried, ...tried].map(() => neighbour(next++));
          const jobs = tried.flatMap((attack, i) => [
            some[2 * i].job,
            attack.job(surroundings.world),
            some[2 * i + 1].job,
          ]);
          const all = await pool.judge(jobs);
          verdicts = tried.map((_, i) => all[3 * i + 1]);
          beside = some.map(({ outcome }, i) => ({
            outcome,
            verdict: all[3 * Math.floor(i / 2) + 2 * (i % 2)],
          }));
        });

        it.each(tried.map((attack, i) => ({ ...attack, i })))('$name: $outcome', (attack) => {
          expect(told(attack, verdicts[attack.i])).toEqual(wanted(attack));
        });
        it('leave their neighbours alone', async () => {
          expect(beside.map(({ verdict }) => verdict.outcome)).toEqual(
            beside.map(({ outcome }) => outcome),
          );
          await judgeNeighbours();
        });
        it('leave nothing behind and learn nothing', async () => {
          expect(await surroundings.harm()).toEqual([]);
          const text = JSON.stringify(verdicts);
          expect(surroundings.secrets.filter((secret) => text.includes(secret))).toEqual([]);
        });
      });

      describe.each(compiles)('$title', ({ attacks }) => {
        it.each(attacks.filter(({ slow = false }) => slow === isSoak))(
          '$name: $outcome',
          async (attack) => {
            const verdict = await judgeOne(pool, attack, surroundings.world);
            expect(told(attack, verdict)).toEqual(wanted(attack));
            await judgeNeighbours();
          },
        );
        it('leave nothing behind and learn nothing', async () => {
          expect(await surroundings.harm()).toEqual([]);
        });
        it('survive the end of their compile server', async () => {
          for (const signal of ['SIGKILL', 'SIGTERM', 'SIGSEGV'] as const) {
            const servers = descendants('cc1plus');
            expect(servers.length).toBeGreaterThan(0);
            for (const { pid } of servers) process.kill(pid, signal);
            // Once without it, once with another.
            await judgeNeighbours();
            await judgeNeighbours();
          }
          expect(await surroundings.harm()).toEqual([]);
        });
      });
    },
  );
}

async function judgeOne(pool: JudgePool, attack: Attack, world: World): Promise<Verdict> {
  return (await pool.judge([attack.job(world)]))[0];
}

/** What a verdict says, with all that helps where it is another than it should be. */
function told({ kind }: Attack, verdict: Verdict): Record<string, unknown> {
  const errors = verdict.diagnostics.filter(({ severity }) => severity === 'error');
  const [first] = errors.length > 0 ? errors : verdict.diagnostics;
  const { outcome } = verdict;
  return { outcome, kind: kind === undefined ? undefined : first?.kind };
}

function wanted({ outcome, kind }: Attack): Record<string, unknown> {
  return { outcome, kind };
}
