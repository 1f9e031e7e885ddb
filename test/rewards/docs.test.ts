import { readFileSync, writeFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  preferenceWeights,
  tokenSchemeAdvantages,
  type TokenFeedback,
  type TokenScheme,
} from '../../src/algorithms/index.js';
import type { RewardFunction } from '../../src/rewards/index.js';
import { exampleRollout, exampleVerdict } from '../rollouts/example-rollout.js';
import { rewardTable } from './table.js';
import { resultOf, textRollout } from './text-rollout.js';

const file = 'docs/rewards.md';
const from =
  '<!-- built-in rewards: RLSF_WRITE_DOCS=1 npx vitest run test/rewards/docs.test.ts -->\n';
const to = '<!-- end of the built-in rewards -->';
const page = (): string => readFileSync(file, 'utf8');

/** What the page says behind a comment, up to the next heading or comment. */
function section(comment: string): string {
  const [, behind] = page().split(`<!-- ${comment} -->`);
  expect(behind, `${file} has no <!-- ${comment} -->`).toBeDefined();
  return behind.split(/\n<!--|\n#/)[0];
}

function fenced(comment: string): string {
  const [, text] = /```\w*\n([^]*?)```/.exec(section(comment)) ?? [];
  return text ?? '';
}

function rows(comment: string): string[][] {
  const lines = section(comment).split('\n').filter((line) => line.startsWith('|')); // prettier-ignore
  return lines.slice(2).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim())); // prettier-ignore
}

const numbers = (cell: string): number[] => cell.replaceAll('−', '-').split(' ').map(Number);

describe('docs/rewards.md', () => {
  it('has the table of the registry (RLSF_WRITE_DOCS=1 writes it again)', () => {
    const [before] = page().split(from);
    const [, after] = page().split(to);
    const written = `${before}${from}\n${rewardTable()}\n\n${to}${after}`;
    if (process.env['RLSF_WRITE_DOCS'] === '1') writeFileSync(file, written);
    expect(page()).toBe(written);
  });

  it('has the advantages of its worked example', () => {
    const feedback = parse(fenced('worked example: the group')) as TokenFeedback[];
    const examples = rows('worked example: the advantages');
    for (const [cell, ...written] of examples) {
      const scheme = parse(cell.replaceAll('`', '')) as TokenScheme;
      const { tokens } = tokenSchemeAdvantages(feedback, [0, 0], scheme);
      const own = tokens.map((row) => row.map((value) => Number(value.toFixed(3))));
      expect(own, cell).toEqual(written.map(numbers));
    }
    const names = new Set(examples.map(([cell]) => (parse(cell.replaceAll('`', '')) as TokenScheme).name)); // prettier-ignore
    expect([...names]).toEqual(['scalar', 'span_penalty', 'process', 'return_to_go']);
  });

  it('calculates right by hand', () => {
    const sums = [...fenced('worked example: by hand').matchAll(/ ([-(\d][-+*/(). \d]*) = (-?[\d.]+)/g)]; // prettier-ignore
    expect(sums.length).toBeGreaterThanOrEqual(7);
    for (const [, sum, result] of sums) {
      const value = Number(new Function(`return ${sum}`)());
      const decimals = result.split('.')[1]?.length ?? 0;
      expect(value.toFixed(decimals), sum).toBe(result);
    }
  });

  it('has the weights of the preference losses', () => {
    for (const [blame, side, cleanWeight, weights] of rows('worked example: the weights')) {
      const own = preferenceWeights(numbers(blame), side as 'chosen' | 'rejected', {
        cleanWeight: Number(cleanWeight),
      });
      expect(own, `${blame} ${side} ${cleanWeight}`).toEqual(numbers(weights));
    }
  });

  it('shows rewards that work', async () => {
    const fewLines = (await exported('example: few_lines')) as RewardFunction;
    expect(await resultOf(fewLines, textRollout('a\nb\nc'))).toMatchObject({
      name: 'few_lines',
      score: -0.03,
    });
    const score = (await exported('example: share of tests')) as RewardFunction['score'];
    const failed = exampleVerdict('runtime_error', {
      testsPassed: 1,
      diagnostics: [
        {
          ...{ tool: 'asan', severity: 'error', kind: 'heap-buffer-overflow', message: '' },
          ...{ option: null, position: null, frames: [] },
          span: { start: 2, end: 3, precision: 'line' },
        },
      ],
    });
    const rollout = exampleRollout({ verdict: failed });
    expect(await resultOf({ name: 'share', score }, rollout)).toMatchObject({
      score: 0.25,
      blamed: ['c'],
      log: { passed: 1 },
    });
    const broken = exampleRollout({ verdict: exampleVerdict('sandbox_error') });
    expect((await resultOf({ name: 'share', score }, broken)).score).toBeNull();
  });
});

/** The default export of an example, its types taken off. */
async function exported(comment: string): Promise<unknown> {
  const { outputText } = ts.transpileModule(fenced(comment), {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  });
  const url = `data:text/javascript,${encodeURIComponent(outputText)}`;
  return ((await import(/* @vite-ignore */ url)) as { default: unknown }).default;
}
