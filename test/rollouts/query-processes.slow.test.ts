import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRolloutIndex, openRolloutStore } from '../../src/rollouts/index.js';
import { exampleRollout } from './example-rollout.js';

const SEGMENT = 400_000;
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rlsf-index-processes-'));
  file = path.join(folder, 'rollouts.jsonl');
});

afterEach(() => rmSync(folder, { recursive: true }));

function record(number: number): string {
  return `${JSON.stringify(exampleRollout({ step: number, completion: `${number} `.repeat(300) }))}\n`;
}

function records(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, i) => record(from + i)).join('');
}

/** A process that opens the index and says what it holds: rollouts, the sum of steps. */
function openInChild(): { child: ChildProcess; said: Promise<string> } {
  const script = `
    import { openRolloutIndex } from ${JSON.stringify(path.resolve('src/rollouts/query/index.ts'))};
    process.stdout.write('begin\\n');
    const index = await openRolloutIndex(process.argv[1], { segmentBytes: ${SEGMENT}, threads: 1 });
    const [row] = await index.query('SELECT count(*) n, sum(step) s FROM rollouts');
    process.stdout.write(JSON.stringify(row));
    index.close();`;
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', script, file],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let text = '';
  child.stdout!.on('data', (bytes: Buffer) => (text += bytes.toString()));
  const said = new Promise<string>((resolve) => child.on('close', () => resolve(text)));
  return { child, said };
}

const sumTo = (n: number): number => (n * (n - 1)) / 2;

describe('an index that several processes open', () => {
  it('is right in each of them, while the log grows and none waits for another', async () => {
    appendFileSync(file, records(0, 3000));
    const first = [openInChild(), openInChild(), openInChild()];
    for (const { said } of first) expect(await said).toBe(`begin\n{"n":3000,"s":${sumTo(3000)}}`);
    expect(
      readdirSync(path.join(folder, 'rollouts.index')).every((name) => /parquet$/.test(name)),
    ).toBe(true);
    // It never holds back the writer, and readers see whole records.
    const store = openRolloutStore(file);
    const second = [openInChild(), openInChild()];
    for (let step = 3000; step < 3040; step++) {
      store.append([exampleRollout({ step })]);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    store.close();
    for (const { said } of second) {
      const { n, s } = JSON.parse((await said).slice(6)) as { n: number; s: number };
      expect(n).toBeGreaterThanOrEqual(3000);
      expect(s).toBe(sumTo(n));
    }
  });

  it('is whole after processes were killed while they built it', async () => {
    appendFileSync(file, records(0, 6000));
    let killedMidway = 0;
    for (let kill = 0; kill < 5; kill++) {
      const { child, said } = openInChild();
      child.stdout!.once('data', () => setTimeout(() => child.kill('SIGKILL'), 60 + 70 * kill));
      if (!(await said).includes('{')) killedMidway++;
    }
    expect(killedMidway).toBeGreaterThan(0);
    const index = await openRolloutIndex(file, { segmentBytes: SEGMENT });
    const [row] = await index.query(
      'SELECT count(*) n, sum(step) s, max(log_line) m FROM rollouts',
    );
    expect(row).toEqual({ n: 6000, s: sumTo(6000), m: 6000 });
    index.close();
    const left = readdirSync(path.join(folder, 'rollouts.index'));
    expect(left.filter((name) => !name.endsWith('.parquet'))).toEqual([]);
  });
});
