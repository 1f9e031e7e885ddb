import { execa } from 'execa';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { startCompletionServer } from '../../../src/serving/completions/index.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The code block behind a mark of the page. */
function block(page: string, mark: string): string {
  return new RegExp(`<!-- transcript: ${mark} -->\\n\\n\`\`\`\\w*\\n(.*?)\`\`\``, 's').exec(
    page,
  )![1];
}

it('the documented script of the openai client prints what the page says', async () => {
  const page = await readFile(`${root}docs/completion-server.md`, 'utf8');
  const server = await startCompletionServer({ policy: `${root}data/policies/cpp-tiny` });
  try {
    const { stdout } = await execa('node', ['--input-type=module', '-e', block(page, 'script')], {
      cwd: root,
      env: { OPENAI_BASE_URL: `${server.url}/v1`, OPENAI_API_KEY: 'none', NO_COLOR: '1' },
    });
    expect(`${stdout}\n`).toBe(block(page, 'output'));
  } finally {
    await server.stop();
  }
}, 120_000);

const python = process.env['RLSF_TEST_PYTHON'];

// Set RLSF_TEST_PYTHON to the path of an interpreter that has openai.
it.skipIf(python === undefined)(
  'the documented script of Python’s openai prints what the page says (RLSF_TEST_PYTHON)',
  async () => {
    const page = await readFile(`${root}docs/completion-server.md`, 'utf8');
    const server = await startCompletionServer({ policy: `${root}data/policies/cpp-tiny` });
    try {
      const { stdout } = await execa(python!, ['-c', block(page, 'python')], {
        env: { OPENAI_BASE_URL: `${server.url}/v1`, OPENAI_API_KEY: 'none' },
      });
      expect(`${stdout}\n`).toBe(block(page, 'python output'));
    } finally {
      await server.stop();
    }
  },
  120_000,
);
