import { execa } from 'execa';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configFromObject } from '../../../src/experiments/index.js';
import type { HttpServer } from '../../../src/serving/http/index.js';
import { startRewardServer } from '../../../src/serving/rewards/index.js';
import { openTask } from '../../../src/tasks/index.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const python = process.env['RLSF_TEST_PYTHON'];
const policy = `${root}data/policies/cpp-tiny`;

// Set RLSF_TEST_PYTHON to the path of an interpreter that has torch, transformers, trl, datasets and requests.
describe.skipIf(python === undefined)(
  'the Python of docs/reward-server.md (RLSF_TEST_PYTHON)',
  () => {
    let server: HttpServer;
    let page: string;

    beforeAll(async () => {
      page = await readFile(`${root}docs/reward-server.md`, 'utf8');
      server = await startRewardServer({
        config: configFromObject({}),
        tasks: ['cpp'],
        tokenizers: [policy],
        keys: [{ tenant: 'trl', key: 'a-key-of-the-test-0123' }],
      });
    });

    afterAll(() => server.stop());

    /** Runs blocks of the page one after the other as one script. */
    async function run(marks: readonly string[], after = ''): Promise<string> {
      const code = marks.map((mark) => {
        const found = new RegExp(`\`\`\`python\n# ${mark}\n(.*?)\`\`\``, 's').exec(page);
        if (found === null) throw new Error(`docs/reward-server.md has no block # ${mark}`);
        return found[1];
      });
      const env = { RLSF_URL: server.url, RLSF_KEY: 'a-key-of-the-test-0123', HF_HUB_OFFLINE: '1' };
      const { stdout } = await execa(python!, ['-', policy], {
        input: [...code, after].join('\n'),
        env,
      });
      return stdout;
    }

    it('TRL trains on its scores; a penalty of 0 is TRL itself, and findings teach where scores do not', async () => {
      const printed = await run(['trl-scalar', 'trl-per-token', 'trl-run']);
      const rows = [...printed.matchAll(/^(scalar|penalty \S+) +step (\d)  (.*)$/gm)];
      expect(rows).toHaveLength(6);
      const of = (name: string): string[] =>
        rows.filter(([, each]) => each === name).map(([, , step, numbers]) => `${step} ${numbers}`);
      expect(of('penalty 0')).toEqual(of('scalar'));
      expect(of('penalty 0.5')[0]).not.toBe(of('scalar')[0]);
      const norm = (line: string): number => Number(/grad_norm (\S+)/.exec(line)![1]);
      expect(norm(of('penalty 0.5')[0])).toBeGreaterThan(0);
    }, 900_000);

    it('verl’s compute_score gives a score, a reason, and nothing for a problem that is not there', async () => {
      const [problem] = (await openTask('cpp')).problems({ split: 'train', n: 1, seed: 0 });
      const id = JSON.stringify(problem.id);
      const printed = await run(
        ['verl'],
        `import json
good = compute_score("cpp", ${JSON.stringify(problem.reference)}, ${id})
bad = compute_score("cpp", "  return 0 }", ${id}, extra_info={})
try:
    compute_score("cpp", "x", "nobody")
except requests.HTTPError as error:
    print(json.dumps([good, bad, error.response.status_code]))`,
      );
      expect(JSON.parse(printed)).toEqual([
        { score: 1, outcome: 'clean' },
        { score: 0, outcome: 'compile_error' },
        404,
      ]);
    }, 300_000);
  },
);
