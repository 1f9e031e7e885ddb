import { inputError } from '../../errors.js';
import type { ProgramTests } from '../../records.js';
import { dataSet } from '../data-set.js';

interface Row {
  id: string;
  prompt: string;
  entryPoint: string;
  body: string;
  test: string;
}

/** Python functions to complete (Chen et al. 2021, arXiv:2107.03374), with the stop texts of the paper. */
export const humaneval = dataSet<Row>({
  name: 'humaneval',
  summary: 'Complete a Python function from its docstring: 164 problems with tests.',
  source: {
    splits: { test: /^(.*\/)?(human-?eval|test)[^/]*$/i },
    hub: 'openai/openai_humaneval',
    files: 'HumanEval.jsonl.gz of github.com/openai/human-eval (data)',
  },
  languages: ['python'],
  promptFormats: [
    {
      name: 'completion',
      summary: 'the function’s head; the completion is its body',
      stop: ['\nclass', '\ndef', '\n#', '\nif', '\nprint'],
    },
    { name: 'chat', summary: 'a conversation; the answer is the whole function', stop: [] },
  ],
  read: (row) => ({
    id: row.text('task_id'),
    prompt: row.text('prompt'),
    entryPoint: row.text('entry_point'),
    body: row.text('canonical_solution'),
    test: row.text('test'),
  }),
  problem({ prompt, entryPoint, body, test }, { promptFormat }) {
    const cases = [{ assert: `${test}\ncheck(${entryPoint})\n` }];
    const columns = { entry_point: entryPoint };
    const tests = (prefix: string): ProgramTests => ({ includes: '', prefix, suffix: '', cases });
    if (promptFormat === 'completion')
      return { prompt, tests: tests(prompt), reference: body, columns };
    const { before, head } = splitHead(prompt, entryPoint);
    return {
      prompt: [
        {
          role: 'user',
          content: `Complete this Python function. Reply with the whole function as plain code, without Markdown and without explanations.\n\n${prompt}`,
        },
      ],
      tests: tests(before),
      reference: head + body,
      columns,
    };
  },
});

/** What stands before the function itself, imports and helpers, is given; the answer is the function. */
function splitHead(prompt: string, entryPoint: string): { before: string; head: string } {
  const at = `\n${prompt}`.lastIndexOf(`\ndef ${entryPoint}`);
  if (at < 0) throw inputError(`the prompt holds no function ${entryPoint}.`);
  return { before: prompt.slice(0, at), head: prompt.slice(at) };
}
