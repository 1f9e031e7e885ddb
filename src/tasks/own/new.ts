import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inputError } from '../../errors.js';
import type { Language } from '../../records.js';

export interface OwnTaskOptions {
  /** @default 'cpp' */
  language?: Language;
}

/**
 * Writes the folder of a new problem, with an example that is judged as it stands: statement, starter
 * code, tests, reference. Nothing that is there is overwritten.
 * @returns the files
 */
export async function writeOwnTask(
  folder: string,
  { language = 'cpp' }: OwnTaskOptions = {},
): Promise<string[]> {
  const there = await readdir(folder).catch(() => null);
  if (there !== null && there.length > 0)
    throw inputError(
      `tasks new: ${folder} is there and holds ${there.slice(0, 3).join(', ')}. Choose another name, or empty it first.`,
    );
  const files = Object.entries(examples[language]);
  const made = await mkdir(folder, { recursive: true });
  try {
    for (const [name, text] of files)
      await writeFile(path.join(folder, name), text, { flag: 'wx' });
  } catch (error) {
    if (made !== undefined) await rm(made, { recursive: true, force: true });
    throw error;
  }
  return files.map(([name]) => path.join(folder, name));
}

const statement = 'Return the sum of the first n numbers of v.\nn is at most the size of v.\n';

function tests(cases: object[]): string {
  return `{\n  "cases": [\n${cases.map((one) => `    ${JSON.stringify(one)}`).join(',\n')}\n  ]\n}\n`;
}

const cppStarter = '#include <vector>\n\nlong total(const std::vector<int>& v, int n) {\n';
const pythonStarter = 'def total(v, n):\n';
const javaStarter = 'class Problem {\n    static long total(int[] v, int n) {\n';

const examples: Record<Language, Record<string, string>> = {
  cpp: {
    'statement.md': statement,
    'starter.cpp': cppStarter,
    'tests.json': tests([
      { code: 'rlsf_emit(total({1, 2, 3}, 3));', expected: '6' },
      { code: 'rlsf_emit(total({7, 8}, 1));', expected: '7' },
      { code: 'rlsf_emit(total({}, 0));', expected: '0' },
    ]),
    'reference.cpp': `${cppStarter}    long sum = 0;\n    for (int i = 0; i < n; i++) sum += v[i];\n    return sum;\n}\n`,
  },
  python: {
    'statement.md': statement,
    'starter.py': pythonStarter,
    'tests.json': tests([
      { code: 'rlsf_emit(total([1, 2, 3], 3))', expected: '6' },
      { code: 'rlsf_emit(total([7, 8], 1))', expected: '7' },
      { code: 'rlsf_emit(total([], 0))', expected: '0' },
    ]),
    'reference.py': `${pythonStarter}    return sum(v[:n])\n`,
  },
  java: {
    'statement.md': statement,
    'starter.java': javaStarter,
    'tests.json': tests([
      { code: 'Rlsf.emit(Problem.total(new int[] {1, 2, 3}, 3));', expected: '6' },
      { code: 'Rlsf.emit(Problem.total(new int[] {7, 8}, 1));', expected: '7' },
      { code: 'Rlsf.emit(Problem.total(new int[0], 0));', expected: '0' },
    ]),
    'reference.java': `${javaStarter}        long sum = 0;\n        for (int i = 0; i < n; i++) sum += v[i];\n        return sum;\n    }\n}\n`,
  },
  text: {
    'statement.md':
      'A box holds 12 eggs. How many eggs are in 7 boxes?\nEnd with a line `#### <number>`.\n',
    'answer.txt': '84\n',
    'reference.txt': '7 boxes hold 7 * 12 = 84 eggs.\n#### 84\n',
  },
};
