import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createJudgePool } from '../../src/sandbox/index.js';
import type { JudgePool } from '../../src/sandbox/index.js';
import { findProgram } from '../../src/sandbox/process.js';
import type { Verdict } from '../../src/records.js';
import { gallery, job, sumTests } from './programs.js';

const missing = findProgram('clang++') === 'clang++';
if (missing) console.warn('clang++ is not installed: the judge with clang++ is not tested');

/** Where clang++ says something else than g++, and rightly so. */
const otherwise: Record<string, { kind?: string; blames?: string }> = {};

describe.skipIf(missing)(`the judge with clang++${missing ? ' (not installed)' : ''}`, () => {
  let pool: JudgePool;
  let verdicts: Map<string, Verdict>;
  beforeAll(async () => {
    pool = await createJudgePool({ compiler: 'clang++' });
    const judged = await pool.judge(
      Object.values(gallery).map(({ completion }) => job(sumTests, completion)),
    );
    verdicts = new Map(Object.keys(gallery).map((name, i) => [name, judged[i]]));
  });
  afterAll(() => pool.close());

  it.each(Object.keys(gallery))('gives %s its outcome, its finding and its place', (name) => {
    const { completion, outcome } = gallery[name];
    const { kind, blames } = { ...gallery[name], ...otherwise[name] };
    const verdict = verdicts.get(name);
    expect(verdict?.toolchain).toContain('clang');
    expect(verdict).toMatchObject({ outcome, testsTotal: 4 });
    const first = verdict?.diagnostics[0];
    expect(first?.kind).toBe(kind);
    if (blames === undefined) return;
    const { span } = first ?? { span: { precision: 'none' as const, reason: 'no finding' } };
    expect(
      span.precision === 'none'
        ? span.reason
        : Buffer.from(completion).subarray(span.start, span.end).toString(),
    ).toBe(blames);
  });
});
