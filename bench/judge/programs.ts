/** What is judged: what the shipped policy samples, and what a real model wrote. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { loadConfig } from '../../src/experiments/index.js';
import {
  openWorkplace,
  requiredJudge,
  trainingSampling,
} from '../../src/experiments/workplace/index.js';
import { sampleRollouts } from '../../src/rollouts/index.js';
import type { JudgeJob } from '../../src/sandbox/index.js';

/**
 * Groups of 8 distinct completions of one problem each, as the shipped policy samples them; and such
 * groups in which every program compiles, drawn from more samples of the same problems.
 */
export async function sampledGroups(
  count: number,
): Promise<{ sampled: JudgeJob[][]; compiling: JudgeJob[][] }> {
  const config = await loadConfig('configs/tour.yaml', {
    set: [`task.train_problems=${Math.max(16, count * 2)}`],
  });
  const place = await openWorkplace(config, 'grpo');
  const sampled: JudgeJob[][] = [];
  const compiling: JudgeJob[][] = [];
  try {
    for (const [step, problem] of place.trainProblems.entries()) {
      if (sampled.length >= count && compiling.length >= count) break;
      const rollouts = await sampleRollouts({
        policy: place.policy,
        problems: [problem],
        settings: trainingSampling(place),
        numGenerations: 32,
        run: 'bench',
        step,
        seed: 1,
      });
      const { tests, language } = problem;
      const completions = [...new Set(rollouts.map(({ completion }) => completion))];
      const jobs = completions.map((completion): JudgeJob => ({ language, completion, tests }));
      if (jobs.length >= 8 && sampled.length < count) sampled.push(jobs.slice(0, 8));
      if (compiling.length >= count) continue;
      const verdicts = await requiredJudge(place).judge(jobs);
      const good = jobs.filter((_, i) => verdicts[i].outcome !== 'compile_error');
      if (good.length >= 8) compiling.push(good.slice(0, 8));
    }
  } finally {
    await place.close();
  }
  return { sampled, compiling };
}

/** Qwen2.5-Coder's C++ answers to HumanEval, whole programs: with `<bits/stdc++.h>`, or with the headers they need. */
export function modelPrograms(
  count: number,
): { everything: JudgeJob[]; several: JudgeJob[] } | null {
  const folder = process.env['RLSF_TEST_DATA'] ?? '../shared/data';
  const file = join(folder, 'model-completions/humaneval_cpp_qwen2.5-coder-1.5b-base.jsonl.gz');
  let text: string;
  try {
    text = gunzipSync(readFileSync(file)).toString('utf8');
  } catch {
    return null;
  }
  const programs = text
    .trim()
    .split('\n')
    .slice(0, count)
    .map((line) => (JSON.parse(line) as { code: string }).code);
  const bodies = programs.map((code) => code.replace(/^(#include\s*<[^>]+>\s*\n|\s*\n)+/, ''));
  const job = (completion: string): JudgeJob => ({
    language: 'cpp',
    completion,
    tests: { includes: '', prefix: '', suffix: '', cases: [{ stdin: '', expected: null }] },
  });
  return {
    everything: bodies.map((body) => job(`#include <cassert>\n#include <bits/stdc++.h>\n${body}`)),
    several: bodies.map((body) => job(headersFor(body) + body)),
  };
}

const always = ['algorithm', 'cassert', 'cmath', 'iostream', 'string', 'vector'];
const sometimes: [RegExp, string][] = [
  [/\bmap</, 'map'],
  [/unordered_map/, 'unordered_map'],
  [/\bset</, 'set'],
  [/unordered_set/, 'unordered_set'],
  [/\btuple|make_tuple/, 'tuple'],
  [/optional/, 'optional'],
  [/\bany\b|std::any/, 'any'],
  [/accumulate|\bgcd|\biota/, 'numeric'],
  [/stringstream/, 'sstream'],
  [/\bstack</, 'stack'],
  [/queue</, 'queue'],
  [/INT_M|LONG_M/, 'climits'],
  [/function</, 'functional'],
  [/regex/, 'regex'],
  [/variant/, 'variant'],
  [/setprecision/, 'iomanip'],
  [/\bstr(len|cpy|cmp)|mem(set|cpy)/, 'cstring'],
  [/\batoi|\babs\(/, 'cstdlib'],
];

function headersFor(body: string): string {
  const wanted = sometimes.flatMap(([pattern, name]) => (pattern.test(body) ? [name] : []));
  return [...always, ...wanted].map((name) => `#include <${name}>\n`).join('');
}
