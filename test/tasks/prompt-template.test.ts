import { describe, expect, it } from 'vitest';
import type { Problem } from '../../src/records.js';
import { applyPromptTemplate } from '../../src/tasks/index.js';

const problem: Problem = {
  id: 'mine/1',
  task: 'mine',
  split: 'train',
  prompt: 'int f() {\n',
  language: 'cpp',
  tests: { includes: '', prefix: 'int f() {\n', suffix: '', cases: [], compileOnly: true },
  columns: {},
};

const promptOf = (template: string, changed: Partial<Problem> = {}): Problem['prompt'] =>
  applyPromptTemplate([{ ...problem, ...changed }], template, 'plain.txt')[0].prompt;

describe('applyPromptTemplate', () => {
  it('puts prompt, language and id into a template and leaves what is judged as it is', () => {
    const template = 'Complete the following {language} function ({id}):\n{prompt}\n';
    const [made] = applyPromptTemplate([problem], template, 'plain.txt');
    expect(made.prompt).toBe('Complete the following C++ function (mine/1):\nint f() {\n');
    expect(made.tests).toEqual(problem.tests);
    expect(promptOf('{language}', { language: 'java' })).toBe('Javaint f() {\n');
  });

  it('puts a template without {prompt} before the prompt, so that an empty one changes nothing', () => {
    expect(promptOf('')).toBe(problem.prompt);
    expect(promptOf('// Good code.\n')).toBe('// Good code.\nint f() {\n');
  });

  it('leaves braces of code alone, those of the prompt too', () => {
    expect(promptOf('struct S { int a; }; {x}\n{prompt}')).toBe(
      'struct S { int a; }; {x}\nint f() {\n',
    );
    const tricky = 'f"{language} {prompt} $&"';
    expect(promptOf('A {prompt} B', { prompt: tricky })).toBe(`A ${tricky} B`);
  });

  it('changes the last message of a conversation', () => {
    const prompt = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Sort it.' },
    ] satisfies Problem['prompt'];
    expect(promptOf('In {language}: {prompt}', { prompt, language: 'python' })).toEqual([
      prompt[0],
      { role: 'user', content: 'In Python: Sort it.' },
    ]);
  });

  it('refuses a placeholder that is nearly one of its own, with its line', () => {
    expect(() => promptOf('Complete\n{promt}')).toThrow(
      'plain.txt:2: expected the placeholders {prompt}, {language}, {id}, got {promt}. Did you mean {prompt}?',
    );
  });
});
