import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import {
  runPipeline,
  type ExampleIndex,
  type ExampleSource,
  type PipelineInput,
} from '../../src/datasets/index.js';

function scratch(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'rlsf-pipeline-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Ten examples, of which `e3` has none; `fails` throws. */
function source(made: string[], fails: string | null = null, version = 'v1'): ExampleSource {
  return {
    name: 'ten',
    items: async () =>
      Array.from({ length: 10 }, (_, i) => ({
        name: `e${i}`,
        inputs: `${version}/${i}`,
        async make(): Promise<Record<string, string> | { leftOut: string }> {
          if (fails === `e${i}`) throw new Error('stopped here');
          made.push(`e${i}`);
          return i === 3 ? { leftOut: 'nothing fails' } : { 'example.yaml': `${version}\n` };
        },
      })),
  };
}

const examplesOnly: Pick<PipelineInput, 'only' | 'rewardTools'> = {
  only: ['examples'],
  rewardTools: () => Promise.reject(new Error('not asked for')),
};

it('goes on with the examples where it was stopped', async () => {
  const output = scratch();
  const first: string[] = [];
  const stopped = runPipeline({ output, source: source(first, 'e6'), ...examplesOnly });
  await expect(stopped).rejects.toThrow('stopped here');
  expect(first).toEqual(['e0', 'e1', 'e2', 'e3', 'e4', 'e5']);

  const rest: string[] = [];
  const { stages } = await runPipeline({ output, source: source(rest), ...examplesOnly });
  expect(rest).toEqual(['e4', 'e5', 'e6', 'e7', 'e8', 'e9']);
  expect(stages.examples).toEqual({ made: 6, unchanged: 4 });
  const file = path.join(output, 'examples/index.json');
  const index = JSON.parse(readFileSync(file, 'utf8')) as ExampleIndex;
  expect(index.examples.map(({ name }) => name).join(' ')).toBe('e0 e1 e2 e4 e5 e6 e7 e8 e9');
  expect(index.leftOut).toMatchObject([{ name: 'e3', reason: 'nothing fails' }]);
});

it('makes anew what has changed at its source, and keeps what it knows when stopped in it', async () => {
  const output = scratch();
  await runPipeline({ output, source: source([]), ...examplesOnly });
  const stopped = runPipeline({ output, source: source([], 'e5', 'v2'), ...examplesOnly });
  await expect(stopped).rejects.toThrow('stopped here');
  const file = path.join(output, 'examples/index.json');
  const index = JSON.parse(readFileSync(file, 'utf8')) as ExampleIndex;
  expect(index.examples.map(({ inputs }) => inputs).join(' ')).toBe(
    'v2/0 v2/1 v2/2 v1/4 v1/5 v1/6 v1/7 v1/8 v1/9',
  );
  expect(readFileSync(path.join(output, 'examples/e0/example.yaml'), 'utf8')).toBe('v2\n');
  expect(existsSync(path.join(output, 'examples/e3'))).toBe(false);
});

it('says that the stage examples needs a source', async () => {
  const nowhere = runPipeline({ output: scratch(), ...examplesOnly });
  await expect(nowhere).rejects.toThrow(/expected a source for the stage examples/);
});
