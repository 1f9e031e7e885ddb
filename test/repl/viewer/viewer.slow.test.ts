import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Outcome, Rollout } from '../../../src/records.js';
import { plainText, textWidth } from '../../../src/repl/styled.js';
import type { Viewer } from '../../../src/repl/viewer/client.js';
import { startViewer } from '../../../src/repl/viewer/client.js';
import type { Progress, RolloutQuery } from '../../../src/repl/viewer/messages.js';
import { overflow, rolloutWith } from '../sample-events.js';

const all: RolloutQuery = {
  sort: 'order',
  descending: false,
  filter: '',
  within: null,
  limit: null,
};
const outcomes: Outcome[] = ['clean', 'wrong_answer', 'runtime_error', 'compile_error'];

function rollout(at: number, change: Partial<Rollout> = {}): Rollout {
  const step = Math.floor(at / 8);
  const made = rolloutWith({ diagnostics: at % 4 === 2 ? [overflow] : [] });
  return {
    ...made,
    verdict: { ...made.verdict!, outcome: outcomes[(at * 7) % 4] },
    version: 1,
    id: `run/${step}/0/${at % 8}`,
    run: 'run',
    step,
    group: 0,
    sample: at % 8,
    problemId: `task/${(at * 13) % 31}`,
    reward: ((at * 37) % 100) / 100,
    ...change,
  };
}

describe("the viewer's process", () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'rlsf-viewer-'));
  let viewer: Viewer;
  const whole = (file: string, records: number): Promise<Progress> =>
    new Promise((resolve) => {
      const end = viewer.onProgress((progress) => {
        if (progress.file !== file || !progress.isWhole || progress.records < records) return;
        end();
        resolve(progress);
      });
    });
  const written = (name: string, rollouts: readonly Rollout[], tail = ''): string => {
    const file = path.join(folder, name);
    writeFileSync(file, rollouts.map((each) => `${JSON.stringify(each)}\n`).join('') + tail);
    return file;
  };
  beforeAll(() => {
    viewer = startViewer();
  });
  afterAll(async () => {
    await viewer.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('sorts and filters 5,000 records as a plain computation does', async () => {
    const rollouts = Array.from({ length: 5000 }, (_, at) => rollout(at));
    const file = written('many.jsonl', rollouts);
    const source = { file, title: 'many', follows: false };
    const read = whole(file, 5000);
    await viewer.ask('page', { source, query: all, offset: 0, count: 10 });
    await read;
    const page = await viewer.ask('page', {
      source,
      query: { ...all, sort: 'reward', descending: true, filter: 'outcome:clean reward>0.5' },
      offset: 0,
      count: 5000,
    });
    const expected = rollouts
      .map((each, position) => ({ position, reward: each.reward ?? 0, each }))
      .filter(({ each, reward }) => each.verdict?.outcome === 'clean' && reward > 0.5)
      .sort((a, b) => b.reward - a.reward || a.position - b.position)
      .map(({ position }) => position);
    expect(expected.length).toBeGreaterThan(100);
    expect(page?.rows.map(({ position }) => position)).toEqual(expected);
    expect(page?.counts).toEqual([['clean', expected.length]]);
  });

  it('follows a file that grows and waits for the end of its last line', async () => {
    const file = written('grows.jsonl', [rollout(0), rollout(1)]);
    const source = { file, title: 'grows', follows: true };
    const first = await viewer.ask('page', { source, query: all, offset: 0, count: 10 });
    expect(first?.total).toBe(2);
    const line = `${JSON.stringify(rollout(2))}\n`;
    appendFileSync(file, line.slice(0, 100));
    const read = whole(file, 3);
    appendFileSync(file, line.slice(100));
    expect((await read).malformed).toBe(0);
    const page = await viewer.ask('page', { source, query: all, offset: 0, count: 10 });
    expect(page?.rows.map(({ position }) => position)).toEqual([0, 1, 2]);
  });

  it('counts what is no rollout and says why, and how much of a last line is torn', async () => {
    const good = JSON.stringify(rollout(0));
    const file = path.join(folder, 'torn.jsonl');
    writeFileSync(file, `${good}\nno json\n{"version":9}\n${good}\n${good.slice(0, 50)}`);
    const source = { file, title: 'torn', follows: false };
    const read = whole(file, 2);
    await viewer.ask('page', { source, query: all, offset: 0, count: 10 });
    const { malformed, firstMalformed, tornBytes } = await read;
    expect({ malformed, tornBytes }).toEqual({ malformed: 2, tornBytes: 50 });
    expect(firstMalformed).toContain('line 2');
  });

  it('shows a hostile completion without anything that steers a terminal', async () => {
    const completion = `a\u001b[2J\u0000\u202e${'x'.repeat(300_000)}\n`;
    const hostile = rollout(0, {
      completion,
      problemId: 'p\u001b]0;title\u0007',
      byteOffsets: [0, 1, Buffer.byteLength(completion)],
      completionIds: [1, 2],
      completionMask: [1, 1],
      logprobs: [-1, -1],
      advantages: undefined,
    });
    const file = written('hostile.jsonl', [hostile, rollout(1)]);
    const source = { file, title: 'hostile', follows: false };
    const page = await viewer.ask('page', { source, query: all, offset: 0, count: 10 });
    const shown = await viewer.ask('inspect', {
      source,
      position: 0,
      width: 80,
      heat: null,
      scheme: 'stored',
      lambda: 0.5,
      token: null,
    });
    const diff = await viewer.ask('diff', { source, first: 0, second: 1, width: 80 });
    const lines = [...(shown?.lines ?? []), ...(shown?.detail ?? []), ...(diff?.lines ?? [])];
    const text = [...lines.map(plainText), page?.rows[0].problem ?? ''].join('\n');
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(page?.rows[0].problem).toContain('⟨ESC⟩');
    expect(Math.max(...lines.map((line) => textWidth(plainText(line))))).toBeLessThanOrEqual(80);
  });

  it('says what is wrong with a filter, with the name that was meant', async () => {
    const file = path.join(folder, 'torn.jsonl');
    const ask = viewer.ask('page', {
      source: { file, title: 'torn', follows: false },
      query: { ...all, filter: 'outcom:clean' },
      offset: 0,
      count: 1,
    });
    await expect(ask).rejects.toThrow("Did you mean 'outcome'?");
  });
});
