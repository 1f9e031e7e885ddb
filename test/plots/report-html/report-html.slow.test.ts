import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { JSDOM } from 'jsdom';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { summarise, type Evaluation, type EvaluationRow } from '../../../src/evaluation/index.js';
import { writeHtmlReport } from '../../../src/experiments/runs/index.js';
import type { RunFolder } from '../../../src/experiments/run/run-folder.js';
import type { Outcome, Rollout } from '../../../src/records.js';
import {
  addRollouts,
  exampleRollouts,
  exampleRun,
  temporaryRuns,
} from '../../experiments/runs/example-runs.js';
import { exampleVerdict } from '../../rollouts/example-rollout.js';
import { chromium, openPage } from './chromium.js';

const TIMEOUT = 120_000;
let runs = '';
beforeEach(() => {
  runs = temporaryRuns();
});
afterEach(() => rmSync(runs, { recursive: true, force: true }));

const mark = "document.documentElement.dataset.pwned='1'";
const evil = `</script><script>${mark}</script><img src=x onerror="${mark}">\u2028${mark}\u2028"'\`<!--`;
const address = (step: number, problem: string): string =>
  `#${new URLSearchParams({ step: String(step), problem }).toString()}`;

function addEvaluation(run: RunFolder, when: 'before' | 'after', outcomes: Outcome[]): void {
  const rows = outcomes.map((outcome, at): EvaluationRow => {
    const clean = outcome === 'clean';
    return {
      ...{ problemId: `held/${at}`, family: evil, outcomes: [outcome], compiled: [true] },
      ...{ sanitizerClean: [clean], testsPassed: [clean], clean: [clean], truncated: [false] },
      ...{ testFraction: [Number(clean)], completions: [evil], completionTokens: [3] },
    };
  });
  const { rows: _rows, ...summary }: Evaluation = {
    ...{ split: 'held_out', numSamples: 1, seed: 7, modelRevision: 'a', rows, durationMs: 1 },
    ...summarise(rows, 1),
  };
  const file = run.paths.evaluation(when);
  writeFileSync(file, JSON.stringify({ held_out: summary }));
  const lines = rows.map((row) => `${JSON.stringify({ split: 'held_out', ...row })}\n`);
  writeFileSync(`${file}l`, lines.join(''));
}

async function evilRun(): Promise<string> {
  const run = await exampleRun(runs, 'one');
  const end = Buffer.byteLength(evil);
  const span = { start: 0, end: 5, precision: 'span' as const };
  const diagnostic = {
    ...{ tool: 'asan' as const, severity: 'error' as const, kind: evil, message: evil },
    ...{ option: null, position: null, span, frames: [{ function: evil, position: null }] },
  };
  const stage = {
    ...{ stage: 'run' as const, command: [evil], exitCode: 1, signal: null, durationMs: 1 },
    ...{ stdout: evil, stderr: evil, truncated: false },
  };
  const test = { passed: false, expected: evil, actual: evil };
  const verdict = exampleVerdict('runtime_error', {
    ...{ diagnostics: [diagnostic], stages: [stage], tests: [test], toolchain: evil },
  });
  const rewards = [{ name: evil, weight: 1, score: 0, spans: [], log: { [evil]: evil } }];
  const changes: Partial<Rollout> = {
    ...{ prompt: evil, completion: evil, byteOffsets: [0, 9, end, end], verdict, rewards },
    ...{ problemId: evil, columns: { family: evil } },
  };
  addRollouts(run, exampleRollouts(changes));
  return writeHtmlReport('one', runs);
}

describe('report.html', () => {
  it('names nothing outside itself, and allows its two scripts alone', async () => {
    const html = readFileSync(await evilRun(), 'utf8');
    const { document } = new JSDOM(html).window;
    expect(document.querySelectorAll('link, iframe, script[src], img[src]')).toHaveLength(0);
    expect(document.querySelectorAll('script')).toHaveLength(3);
    const policy = document.querySelector('meta[http-equiv]')?.getAttribute('content');
    expect(policy).toMatch(/default-src 'none'/);
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    expect(html).not.toContain('\u2028');
  });

  it('keeps to its size, says what is left out and how to see it', async () => {
    const run = await exampleRun(runs, 'one');
    const steps = Array.from({ length: 20 }, (_, at) => at + 1);
    addRollouts(
      run,
      steps.flatMap((step) =>
        exampleRollouts()
          .filter((each) => each.step === 1)
          .map((each) => ({ ...each, step, id: `run/${step}/${each.group}/${each.sample}` })),
      ),
    );
    const whole = statSync(await writeHtmlReport('one', runs)).size;
    const small = await writeHtmlReport('one', runs, { maxBytes: 12_000 });
    expect(statSync(small).size).toBeLessThan(whole - 12_000);
    const text = new JSDOM(readFileSync(small, 'utf8')).window.document.body.textContent;
    const told = /rollouts of (\d+) of 40 cells .* see them with rlsf inspect one#1\/1\./.exec(
      text,
    );
    expect(Number(told?.[1])).toBeGreaterThan(10);
    expect(Number(told?.[1])).toBeLessThan(40);
  });

  it('is made of a run that goes on, says so, and needs no measurement and no rollouts', async () => {
    const run = await exampleRun(runs, 'one', 'running');
    const { document } = new JSDOM(readFileSync(await writeHtmlReport('one', runs), 'utf8')).window;
    const warning = (): string =>
      document.querySelector('header .report-warning')?.textContent ?? '';
    expect(warning()).toMatch(/still going on, after step 4 of 4/);
    expect(document.querySelector('#grid')).toBeNull();
    expect(document.querySelector('#figure-curves')).not.toBeNull();
    rmSync(run.paths.metrics);
    rmSync(run.paths.config);
    await writeHtmlReport('one', runs);
  });

  it('pairs before and after, and tells the flow from one to the other', async () => {
    const run = await exampleRun(runs, 'one');
    addEvaluation(run, 'before', ['clean', 'timeout', 'timeout', 'warning']);
    addEvaluation(run, 'after', ['clean', 'clean', 'timeout', 'clean']);
    const { document } = new JSDOM(readFileSync(await writeHtmlReport('one', runs), 'utf8')).window;
    const rates = document.querySelector('[aria-label="Rates"]')?.textContent ?? '';
    expect(rates).toMatch(/fully clean25\.0 % \[.*\]75\.0 % \[.*\][▲·] \+50\.0/s);
    const flow = [...document.querySelectorAll('[aria-label="From before to after"] tr')].map(
      (row) => [...row.children].map((cell) => cell.textContent),
    );
    expect(flow).toContainEqual(['× timeout', '1', '·', '1']);
    expect(flow[0].slice(1)).toEqual(['clean', 'warning', 'timeout']);
  });

  it.skipIf(chromium === null)(
    'opens the rollouts of a cell by its address: source, findings, rewards, advantages',
    async () => {
      const run = await exampleRun(runs, 'one');
      addRollouts(run, exampleRollouts());
      const file = await writeHtmlReport('one', runs);
      const closed = openPage(file);
      expect(closed.complaints).toEqual([]);
      expect(closed.dom).toContain('No cell is open');
      const { dom, complaints } = openPage(file, address(2, 'problem-1'));
      expect(complaints).toEqual([]);
      const { document } = new JSDOM(dom).window;
      expect(document.querySelector('#rollouts-title')?.textContent).toBe(
        'problem-1, step 2: 1 of 2 clean',
      );
      expect(document.querySelectorAll('#rollouts-body .rlsf-member')).toHaveLength(2);
      expect(document.querySelectorAll('#rollouts-body .rlsf-token').length).toBeGreaterThan(4);
      const table = document.querySelector('[aria-label="Rewards and advantages"]')?.textContent;
      expect(table).toContain('2× timeout0/4300−1');
      expect(document.querySelector('#rollouts-body')?.textContent).toContain(
        'rlsf inspect one#2/1',
      );
      // The grid is drawn, with its counts, and the open cell is marked.
      expect(document.querySelectorAll('#figure-grid .heatmaplayer image').length).toBe(1);
      expect(document.querySelector('#figure-grid')?.textContent).toContain('1/2');
      expect(document.querySelectorAll('#figure-grid .shapelayer path')).toHaveLength(1);
      expect(openPage(file, address(9, 'problem-1')).dom).toContain('No such cell');
    },
    TIMEOUT,
  );

  it.skipIf(chromium === null)(
    'opens the rollouts of a cell by a click on it',
    async () => {
      const run = await exampleRun(runs, 'one');
      addRollouts(run, exampleRollouts());
      const html = readFileSync(await writeHtmlReport('one', runs), 'utf8');
      // A hand that clicks the lower left cell; the page's own policy would not let it in.
      const hand = `addEventListener('load', () => setTimeout(() => {
        const plot = document.querySelector('#figure-grid .heatmaplayer image').getBoundingClientRect();
        const target = document.querySelector('#figure-grid .nsewdrag');
        const at = { clientX: plot.left + plot.width / 4, clientY: plot.top + (3 * plot.height) / 4, bubbles: true };
        for (const type of ['mouseover', 'mousemove', 'mousedown', 'mouseup', 'click'])
          target.dispatchEvent(new MouseEvent(type, at));
      }, 500));`;
      const handled = path.join(runs, 'handled.html');
      const open = html.replace(/<meta http-equiv[^>]*>/, '');
      writeFileSync(handled, open.replace('</body>', `<script>${hand}</script></body>`));
      expect(openPage(handled).dom).toMatch(
        /id="rollouts-title"[^>]*>problem-1, step 1: 1 of 2 clean/,
      );
    },
    TIMEOUT,
  );

  it.skipIf(chromium === null)(
    'runs nothing that a model, a tool or a task wrote',
    async () => {
      const file = await evilRun();
      const { dom } = openPage(file, address(1, evil));
      const { document } = new JSDOM(dom).window;
      expect(document.querySelector('#rollouts-title')?.textContent).toContain('⟨U+2028⟩');
      expect(document.querySelectorAll('#rollouts-body .rlsf-member')).toHaveLength(4);
      expect(document.documentElement.dataset['pwned']).toBeUndefined();
      expect(
        document.querySelectorAll('[onerror], #rollouts-body script, img[src=x]'),
      ).toHaveLength(0);
      expect(document.querySelector('#rollouts-body .rlsf-source')?.textContent).toContain(mark);
    },
    TIMEOUT,
  );

  it.skipIf(chromium === null)(
    'would not run it even where it was not escaped: the policy is the second wall',
    async () => {
      const file = await evilRun();
      const broken = path.join(runs, 'broken.html');
      const html = readFileSync(file, 'utf8');
      writeFileSync(
        broken,
        html.replace('</header>', `</header><img src=x onerror="${mark}"><script>${mark}</script>`),
      );
      const { dom, complaints } = openPage(broken);
      expect(dom).toContain('<img src="x"');
      expect(dom).not.toContain('data-pwned');
      expect(complaints.join('\n')).toMatch(/Content Security Policy/);
    },
    TIMEOUT,
  );
});
