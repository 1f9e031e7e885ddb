import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Verdict } from '../../../src/records.js';
import { createJudgePool } from '../../../src/sandbox/index.js';
import type { JudgePool } from '../../../src/sandbox/index.js';
import { neighbour } from './attack.js';
import type { Attack } from './attack.js';
import { compiles, languages, programs } from './index.js';
import { missingFor } from './languages.js';
import { createSurroundings, descendants, poolFolders } from './surroundings.js';
import type { Surroundings } from './surroundings.js';
import { tiers } from '../tiers.js';

/** What docs/attacks.md says of limits is these. */
const limits = { memoryMiB: 192, cpuMs: 400, wallMs: 2500 };

/** The attacks of the table on every tier: those that take seconds, or (`slow`) those that take longer. */
export async function attackSuite({ slow: isSoak }: { slow: boolean }): Promise<void> {
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
          expect(verdicts.map(({ outcome }) => outcome)).toEqual(
            some.map(({ outcome }) => outcome),
          );
        };

        const several = isSoak ? [] : programs;
        describe.each(several.map((group) => [group.title, group] as const))(
          '%s',
          (_, { attacks }) => {
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

            it.each(named(tried))('%s', (_, attack) => {
              expect(told(attack, verdicts[tried.indexOf(attack)])).toEqual(wanted(attack));
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
          },
        );

        for (const { language, group } of languages) {
          const missing = missingFor(language);
          describe.skipIf(missing !== null || isSoak)(
            `${group.title}${missing === null ? '' : ` (not to be had here: ${missing})`}`,
            () => {
              let verdicts: Verdict[];
              beforeAll(async () => {
                verdicts = await pool.judge(
                  group.attacks.map(({ job }) => job(surroundings.world)),
                );
              });
              it.each(named(group.attacks))('%s', (_, attack) => {
                const verdict = verdicts[group.attacks.indexOf(attack)];
                expect(told(attack, verdict)).toEqual(wanted(attack));
              });
              it('leave nothing behind and learn nothing', async () => {
                expect(await surroundings.harm()).toEqual([]);
                const text = JSON.stringify(verdicts);
                expect(surroundings.secrets.filter((secret) => text.includes(secret))).toEqual([]);
                await judgeNeighbours();
              });
            },
          );
        }

        describe.each(compiles.map((group) => [group.title, group] as const))(
          '%s',
          (_, { attacks }) => {
            it.each(named(attacks.filter(({ slow = false }) => slow === isSoak)))(
              '%s',
              async (_, attack) => {
                const [verdict] = await pool.judge([attack.job(surroundings.world)]);
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
          },
        );

        it.runIf(isSoak)('go on when a compile server is stuck', async () => {
          await judgeNeighbours();
          for (const { pid } of descendants('cc1plus')) process.kill(pid, 'SIGSTOP');
          await judgeNeighbours();
          expect(await surroundings.harm()).toEqual([]);
        });

        const closed = isSoak ? whyNoOtherUser() : 'only in the soak';
        it.skipIf(closed !== null)(
          `come to the same for a user without privileges${closed === null ? '' : ` (${closed})`}`,
          async () => {
            expect(await judgeAsUser(tier)).toMatchObject({ isolation: tier, wrong: [], harm: [] });
          },
        );

        it.skipIf(isSoak)('leave nothing when their judge is killed', async () => {
          const judge = spawn(
            process.execPath,
            ['--import', 'tsx', 'test/sandbox/attacks/victim.ts', tier],
            { stdio: ['ignore', 'pipe', 'inherit'] },
          );
          await once(judge.stdout, 'data');
          await new Promise((resolve) => setTimeout(resolve, 1500));
          const running = descendants('unit').length + descendants('cc1plus').length;
          judge.kill('SIGKILL');
          await once(judge, 'exit');
          expect(running).toBeGreaterThan(3);
          expect(await surroundings.harm()).toEqual([]);
          // Its folder goes with the next judge.
          await (await createJudgePool({ isolation: tier })).close();
          expect(
            readdirSync(tmpdir()).filter((name) => name.startsWith(`rlsf-judge-${judge.pid}-`)),
          ).toEqual([]);
        });
      },
    );
  }
}

function named(attacks: readonly Attack[]): [string, Attack][] {
  return attacks.map((attack) => [`${attack.name}: ${attack.outcome}`, attack]);
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

const otherUser = 12_345;

function whyNoOtherUser(): string | null {
  if (process.getuid?.() !== 0) return 'this is one';
  const tried = spawnSync('test', ['-r', 'package.json'], { uid: otherUser, gid: otherUser });
  return tried.status === 0 ? null : 'the repository is closed to other users';
}

/** What as-user.ts prints. */
async function judgeAsUser(tier: string): Promise<unknown> {
  const home = mkdtempSync(join(tmpdir(), 'rlsf-attack-home-'));
  chownSync(home, otherUser, otherUser);
  const judge = spawn(
    process.execPath,
    ['--import', 'tsx', 'test/sandbox/attacks/as-user.ts', tier],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      uid: otherUser,
      gid: otherUser,
      env: { PATH: process.env['PATH'], HOME: home },
    },
  );
  judge.stdout.setEncoding('utf8');
  let told = '';
  judge.stdout.on('data', (text: string) => (told += text));
  await once(judge, 'exit');
  rmSync(home, { recursive: true, force: true });
  return JSON.parse(told);
}
