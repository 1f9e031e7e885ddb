import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/records.js';
import { createJudgePool } from '../../../src/sandbox/index.js';
import type { JudgePool } from '../../../src/sandbox/index.js';
import {
  corpusDraws,
  corpusForms,
  heldOutForms,
  makeCorpus,
  normalForm,
} from '../../../src/tasks/cpp/corpus.js';
import { draftForms, functionForm, referenceForm } from '../../../src/tasks/cpp/forms.js';
import { createStyle, renderWithFaults } from '../../../src/tasks/cpp/family.js';
import { createRandom } from '../../../src/algorithms/random.js';
import { includes } from '../../../src/tasks/cpp/includes.js';
import { draftOf, variantsPerSetting } from '../../../src/tasks/cpp/problems.js';
import { settingsOf } from '../../../src/tasks/cpp/split.js';

const heldOut = [...settingsOf('held_out'), ...settingsOf('held_out_families')];
const options = { n: 8000, faultRate: 0.18, slipRate: 0.05, seed: 1 };

describe('the corpus', () => {
  it('holds no reference and no fault of a held-out setting after renaming', () => {
    const forbidden = heldOutForms();
    const forms = corpusForms(makeCorpus(options));
    expect([...forms].filter((form) => forbidden.has(form))).toEqual([]);
    // Written out once more from the drafts, in every variant, and with random choices of faults.
    const random = createRandom(7);
    for (const { family, setting } of heldOut) {
      for (let variant = 0; variant < variantsPerSetting; variant++) {
        const draft = draftOf(family, setting, variant);
        const { body } = renderWithFaults(draft, random, 0.5);
        expect(forms.has(referenceForm(draft))).toBe(false);
        expect(forms.has(functionForm(draft.signature, body))).toBe(false);
        expect(forbidden.has(functionForm(draft.signature, body))).toBe(true);
      }
    }
  });

  it('knows every body that a held-out draft can become', () => {
    const cut = heldOut.filter(
      ({ family, setting }) => !draftForms(draftOf(family, setting, 0)).complete,
    );
    expect(cut.map(({ family, setting }) => `${family.name}/${setting}`)).toEqual([]);
  });

  it('takes the form of a program from its signature and body, not from its types or its statement', () => {
    const [{ prompt, completion }] = makeCorpus({ ...options, n: 1 });
    const signature = prompt.trimEnd().split('\n').at(-1) ?? '';
    expect([...corpusForms([{ prompt, completion, family: '', faults: [] }])]).toEqual([
      normalForm(`${signature}\n${completion}`),
    ]);
  });

  it('is the same for the same seed, and another for another', () => {
    const small = { ...options, n: 300 };
    expect(makeCorpus(small)).toEqual(makeCorpus(small));
    expect(makeCorpus({ ...small, seed: 2 })).not.toEqual(makeCorpus(small));
  });

  it('covers every training family about equally, with several faults in some programs and none in others', () => {
    const corpus = makeCorpus({ ...options, n: 3000 });
    const count = new Map<string, number>();
    for (const { family } of corpus) count.set(family, (count.get(family) ?? 0) + 1);
    const trained = new Set(settingsOf('train').map(({ family }) => family.name));
    expect(new Set(count.keys())).toEqual(trained);
    expect(Math.min(...count.values())).toBeGreaterThan((0.5 * corpus.length) / trained.size);
    const faults = corpus.map((program) => program.faults.length);
    expect(faults.filter((n) => n === 0).length / corpus.length).toBeGreaterThan(0.25);
    expect(faults.filter((n) => n > 1).length / corpus.length).toBeGreaterThan(0.1);
  });

  it('has no fault where none is asked for', () => {
    expect(
      makeCorpus({ n: 500, faultRate: 0, slipRate: 0, seed: 1 }).flatMap(({ faults }) => faults),
    ).toEqual([]);
  });

  it('draws the style of a program from its own generator', () => {
    const style = createStyle(createRandom(1));
    expect(style.name(['a'])).toBe('a');
    expect(style.name(['a'])).not.toBe('a');
  });
});

describe('the outcomes of a small corpus', () => {
  let judge: JudgePool;
  beforeAll(async () => {
    judge = await createJudgePool();
  });
  afterAll(() => judge.close());

  it('range from compile errors to clean, with clean programs between a quarter and a half', async () => {
    const draws = [...corpusDraws({ ...options, n: 160 })];
    const verdicts = await judge.judge(
      draws.map(({ program, draft }) => ({
        completion: program.completion,
        tests: { includes, prefix: program.prompt, suffix: '', cases: draft.cases },
        language: 'cpp',
      })),
    );
    const share = (outcome: Outcome): number =>
      verdicts.filter((verdict) => verdict.outcome === outcome).length / draws.length;
    expect(share('clean')).toBeGreaterThan(0.25);
    expect(share('clean')).toBeLessThan(0.55);
    for (const outcome of ['compile_error', 'runtime_error', 'wrong_answer'] as const)
      expect(share(outcome), outcome).toBeGreaterThan(0.02);
    expect(share('sandbox_error')).toBe(0);
    // A program without a fault is clean; a clean program with faults would be a fault nobody sees.
    const right = draws.flatMap(({ program }, i) =>
      program.faults.length === 0 ? [verdicts[i].outcome] : [],
    );
    expect(new Set(right)).toEqual(new Set(['clean']));
  });
});
