import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/algorithms/index.js';
import {
  aucInterval,
  checkDiscriminatorFolder,
  discriminatorData,
  discriminatorReportText,
  loadDiscriminator,
  problemsOfTexts,
  readPolicyTexts,
  trainDiscriminator,
  writeDiscriminator,
  type PolicyText,
} from '../../src/experiments/index.js';
import type { Problem } from '../../src/records.js';
import { discriminatorProbability } from '../../src/rewards/index.js';
import { openRolloutStore } from '../../src/rollouts/index.js';
import type { Task } from '../../src/tasks/index.js';
import { exampleRollout, exampleVerdict } from '../rollouts/example-rollout.js';
import { planted } from '../rewards/planted-texts.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-discriminator-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Problems with a planted reference each, and two planted completions of the policy for each. */
function plantedData(count: number): { problems: Problem[]; texts: PolicyText[] } {
  const all = planted(count * 4, 'data');
  const references = all.filter(({ isReference }) => isReference);
  const completions = all.filter(({ isReference }) => !isReference);
  const problems = Array.from({ length: count }, (_, i): Problem => ({
    id: `planted/${i}`,
    task: 'planted',
    split: 'train',
    prompt: `${i}`,
    language: 'cpp',
    reference: references[i].text,
    columns: { family: `family-${i % 8}` },
  }));
  const texts = completions.map(({ text }, i) => policyText(problems[i % count].id, i, text));
  return { problems, texts };
}

function policyText(problemId: string, sample: number, text: string): PolicyText {
  return {
    id: `run/0/0/${sample}`,
    problemId,
    task: 'planted',
    text,
    outcome: sample % 3 === 0 ? 'clean' : 'wrong_answer',
    finishReason: 'stop',
    seed: 0,
    modelRevision: 'abc',
  };
}

const features = { language: 'cpp', identifiers: 'normalise' } as const;

describe('discriminatorData', () => {
  const { problems, texts } = plantedData(40);

  it('has no problem on two sides, the same split for the same seed, another for another', () => {
    const unitsOf = (seed: number): string[][] => {
      const { splits } = discriminatorData(texts, problems, features, { seed });
      return Object.values(splits).map((part) => [...new Set(part.map(({ unit }) => unit))]);
    };
    const parts = unitsOf(1);
    expect(parts.map((part) => part.length)).toEqual([24, 8, 8]);
    expect(new Set(parts.flat()).size).toBe(40);
    expect(unitsOf(1)).toEqual(parts);
    expect(unitsOf(2)).not.toEqual(parts);
  });

  it('keeps all problems of a family on one side where it splits by family', () => {
    const { splits } = discriminatorData(texts, problems, features, { splitBy: 'family' });
    const sides = Object.values(splits).map((part) => new Set(part.map(({ unit }) => unit)));
    expect(sides.reduce((sum, { size }) => sum + size, 0)).toBe(8);
    expect(() => discriminatorData(texts, problems, features, { splitBy: 'level' })).toThrow(
      'expected problem or a column of the problems, but planted/0 has no text or number in level. It has family',
    );
  });

  it('drops and counts completions that are their reference but for names and comments', () => {
    const twins = problems.map(({ id, reference = '' }, i) =>
      policyText(
        id,
        1000 + i,
        `// mine\n${reference.replaceAll(/\b(total|sum|at)\b/g, '$1_here')}`,
      ),
    );
    const all = [...texts, ...twins];
    const plain = discriminatorData(texts, problems, features);
    const counted = (data: typeof plain): number =>
      Object.values(data.duplicates).reduce((sum, part) => sum + part.length, 0);
    const dropped = discriminatorData(all, problems, features);
    expect(counted(dropped) - counted(plain)).toBe(40);
    expect(dropped.splits).toEqual(plain.splits);
    const kept = discriminatorData(all, problems, features, { duplicates: 'keep' });
    expect(counted(kept)).toBe(counted(dropped));
    const size = ({ splits }: typeof plain): number => Object.values(splits).flat().length;
    expect(size(kept)).toBe(size(dropped) + counted(kept));
  });

  it('draws at most so many completions of a problem and says how many it left', () => {
    const data = discriminatorData(texts, problems, features, {
      maxPerProblem: 1,
      duplicates: 'keep',
    });
    expect(data.overMaxPerProblem).toBe(40);
    expect(Object.values(data.splits).flat()).toHaveLength(80);
  });

  it('refuses data of which nothing can be learned', () => {
    expect(() => discriminatorData(texts, problems.slice(0, 2), features)).toThrow(
      'at least 3 different problems',
    );
    const without = problems.map((problem) => ({ ...problem, reference: undefined }));
    expect(() => discriminatorData(texts, without, features)).toThrow('got 0');
    const copies = problems.map(({ id, reference = '' }, i) => policyText(id, i, reference));
    expect(() => discriminatorData(copies, problems, features)).toThrow(
      'were dropped because they have the form of the reference',
    );
  });
});

describe('trainDiscriminator', () => {
  const { problems, texts } = plantedData(150);

  it('finds a planted habit on problems it has not seen, and says what it goes by', () => {
    const { report } = trainDiscriminator({ texts, problems, resamples: 200 });
    const { auc, lengthAuc, before, after } = report.measures;
    expect(auc.value).toBeGreaterThan(0.9);
    expect(auc.low).toBeLessThan(auc.value);
    expect(auc.high).toBeGreaterThan(auc.value);
    expect(lengthAuc.value).toBeGreaterThan(0);
    expect(after.brier).toBeLessThan(0.15);
    expect(before.bins.reduce((sum, { texts: n }) => sum + n, 0)).toBe(
      report.counts.test.references + report.counts.test.completions,
    );
    const policyWords = report.nGrams.policy.map(({ text }) => text).join('\n');
    expect(policyWords).toMatch(/<=|\( void/);
    for (const { weight } of report.nGrams.reference) expect(weight).toBeGreaterThan(0);
    const { references } = report.measures;
    for (const { probability } of report.measures.outcomes)
      expect(probability).toBeLessThan(references);
  });

  it('gives the same bits for the same seed', () => {
    const [once, again] = [0, 1].map(() =>
      trainDiscriminator({ texts, problems, seed: 4, hashBits: 12, resamples: 50 }),
    );
    expect(again).toEqual(once);
  });

  it('finds nothing where the labels are shuffled, and says so', () => {
    const random = createRandom(11);
    const mixed = problems.map((problem, i) => {
      const swapped = random.next() < 0.5;
      const own = texts[i];
      return {
        problem: swapped ? { ...problem, reference: own.text } : problem,
        text: swapped ? { ...own, text: problem.reference ?? '' } : own,
      };
    });
    const { report } = trainDiscriminator({
      texts: mixed.map(({ text }) => text),
      problems: mixed.map(({ problem }) => problem),
      resamples: 500,
    });
    const { auc } = report.measures;
    expect(auc.low).toBeLessThan(0.5);
    expect(auc.high).toBeGreaterThan(0.5);
    expect(report.warnings.join('\n')).toContain('interval reaches 0.5');
    expect(discriminatorReportText(report)).toContain('Nothing shows that it tells');
  });

  it('warns of few texts, of length that separates, and of completions that were cut', () => {
    const few = plantedData(12);
    const padded = few.texts.map((text) => ({
      ...text,
      text: `${text.text} int a; int b; int c; int d; int e;`,
      finishReason: 'length' as const,
    }));
    const { report } = trainDiscriminator({
      texts: padded,
      problems: few.problems,
      resamples: 50,
    });
    const warnings = report.warnings.join('\n');
    expect(warnings).toContain('Few texts: 8 references in the train part');
    expect(warnings).toContain('Length alone separates the classes (AUC 0.000)');
    expect(warnings).toContain('24 of 24 completions were cut');
  });

  it('wants problems of one language', () => {
    const mixed = problems.map((problem, i) =>
      i === 0 ? { ...problem, language: 'java' as const } : problem,
    );
    expect(() => trainDiscriminator({ texts, problems: mixed })).toThrow('got java, cpp');
  });
});

describe('aucInterval', () => {
  it('is a point where every problem says the same, and wider with fewer problems', () => {
    const scores = Array.from({ length: 80 }, (_, i) => (i % 2 === 0 ? 1 : 0));
    const labels = scores.map((score) => score === 1);
    const own = scores.map((_, i) => `${Math.floor(i / 2)}`);
    const options = { seed: 0, resamples: 300 };
    expect(aucInterval(scores, labels, own, options)).toEqual({ value: 1, low: 1, high: 1 });
    const random = createRandom(5);
    const noisy = scores.map((score) => score + 2 * random.normal());
    const width = (units: string[]): number => {
      const { low, high } = aucInterval(noisy, labels, units, options);
      return high - low;
    };
    const quarter = noisy.slice(0, 20);
    const narrow = aucInterval(quarter, labels.slice(0, 20), own.slice(0, 20), options);
    expect(narrow.high - narrow.low).toBeGreaterThan(width(own));
  });
});

describe('discriminator.json', () => {
  const { problems, texts } = plantedData(40);
  const trained = trainDiscriminator({ texts, problems, hashBits: 12, resamples: 50 });

  it('comes back to the bit, from its folder or by its name', async () => {
    const place = path.join(folder, 'there');
    const file = await writeDiscriminator(place, trained);
    for (const from of [place, file]) expect(await loadDiscriminator(from)).toEqual(trained.model);
    const [{ text }] = texts;
    expect(discriminatorProbability(await loadDiscriminator(file), text)).toBe(
      discriminatorProbability(trained.model, text),
    );
    const report = JSON.parse(await readFile(path.join(place, 'report.json'), 'utf8')) as unknown;
    expect(report).toEqual(JSON.parse(JSON.stringify(trained.report)));
    expect(await readFile(path.join(place, 'report.md'), 'utf8')).toBe(
      discriminatorReportText(trained.report),
    );
  });

  it('is not written over unless it is forced', async () => {
    const place = path.join(folder, 'kept');
    await writeDiscriminator(place, trained);
    const before = await readFile(path.join(place, 'discriminator.json'), 'utf8');
    await expect(writeDiscriminator(place, trained)).rejects.toThrow(
      'there is a discriminator already. Name another folder, or replace it with --force',
    );
    await writeDiscriminator(place, trained, { force: true });
    expect(await readFile(path.join(place, 'discriminator.json'), 'utf8')).toBe(before);
    expect(() => checkDiscriminatorFolder(path.join(place, 'report.md'))).toThrow('got a file');
  });

  it('says what is wrong with a file that is missing, foreign, newer or damaged', async () => {
    const file = await writeDiscriminator(path.join(folder, 'whole'), trained);
    const record = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    const weights = record['weights'] as Record<string, unknown>;
    const loaded = async (text: string): Promise<unknown> => {
      const bad = path.join(folder, 'bad.json');
      await writeFile(bad, text);
      return loadDiscriminator(bad);
    };
    const changed = (changes: object): Promise<unknown> =>
      loaded(JSON.stringify({ ...record, ...changes }));
    await expect(loadDiscriminator(path.join(folder, 'none.json'))).rejects.toThrow(
      'there is no such file. Make it: rlsf train discriminator',
    );
    await expect(loaded('{"kind": "rlsf')).rejects.toThrow('got no JSON object');
    await expect(loaded('null')).rejects.toThrow('got no JSON object');
    await expect(loaded('{}')).rejects.toThrow('got another JSON file');
    await expect(changed({ version: 2 })).rejects.toThrow(
      'expected a discriminator of version 1, got version 2',
    );
    await expect(changed({ bias: null })).rejects.toThrow('parts of it are missing');
    await expect(changed({ weights: { ...weights, count: 3 } })).rejects.toThrow('3 weights');
    await expect(
      changed({ features: { ...(record['features'] as object), hashBits: 1 } }),
    ).rejects.toThrow('it has a weight in bucket');
    await expect(
      changed({ features: { ...(record['features'] as object), language: 'cobol' } }),
    ).rejects.toThrow('expected language to be cpp');
  });
});

describe('readPolicyTexts', () => {
  it('reads what a run wrote, without early steps and cancelled ones', () => {
    const file = path.join(folder, 'rollouts.jsonl');
    const store = openRolloutStore(file);
    store.append([
      exampleRollout({ step: 1 }),
      exampleRollout({ step: 2, completion: 'later', verdict: exampleVerdict('clean') }),
      exampleRollout({ step: 2, sample: 1, finishReason: 'cancelled' }),
    ]);
    store.close();
    expect(readPolicyTexts(file).map(({ text }) => text)).toEqual(['abc', 'later']);
    expect(readPolicyTexts(file, 2)).toMatchObject([{ text: 'later', outcome: 'clean' }]);
    expect(() => readPolicyTexts(file, 3)).toThrow('from step 3 on, got 3 of earlier steps');
  });

  it('finds the problems of a task in any split, and names one that is not there', () => {
    const { problems } = plantedData(3);
    const task: Task = {
      name: 'planted',
      summary: '',
      splits: ['train', 'test'],
      stop: [],
      problems: ({ split }) => (split === 'test' ? problems : []),
    };
    const own = policyText('planted/2', 0, 'x');
    expect(problemsOfTexts([own], task)).toEqual([problems[2]]);
    expect(() => problemsOfTexts([own, policyText('planted/none', 0, 'x')], task)).toThrow(
      'in the task planted, but planted/none is not there',
    );
  });
});
