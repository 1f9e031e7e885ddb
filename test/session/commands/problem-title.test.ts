import { describe, expect, it } from 'vitest';
import { problemTitle } from '../../../src/session/commands/problem-title.js';

const title = (...lines: string[]): string => problemTitle(lines.join('\n'));

describe('the title of a problem', () => {
  it('is the comment behind the types that it needs', () => {
    const node = ['struct Node {', '    int value;', '    Node* next;', '};', ''];
    expect(
      title(
        ...node,
        '// Adds x at the front.',
        '// The list may be empty.',
        'Node* f(Node* head, int x) {',
      ),
    ).toBe('Adds x at the front.');
  });

  it('is the first sentence of a docstring, of a block comment, or of Javadoc', () => {
    expect(
      title(
        'from typing import List',
        '',
        'def f(x: List[int]) -> int:',
        '    """',
        '    Adds them up.',
        '    """',
      ),
    ).toBe('Adds them up.');
    expect(title('def f(x):', '    """ Adds them up. """')).toBe('Adds them up.');
    expect(title('#include <vector>', '/* Adds them up. */', 'int f() {')).toBe('Adds them up.');
    expect(title('class A {', '  /**', '   * Adds them up.', '   */', '  int f() {')).toBe(
      'Adds them up.',
    );
    expect(title('# Adds them up', 'def f():')).toBe('Adds them up');
  });

  it('is the first sentence of a text, whatever program comes with it', () => {
    expect(title('What is 2 + 2?')).toBe('What is 2 + 2?');
    expect(title('Write a function that sorts:', '```', '// not this', '```')).toBe(
      'Write a function that sorts:',
    );
  });

  it('is what the user asks, not what the system says to all', () => {
    expect(
      problemTitle([
        { role: 'system', content: 'You are a programmer.' },
        { role: 'user', content: '// Sorts a.\nvoid f() {' },
      ]),
    ).toBe('Sorts a.');
  });

  it('is the last signature where nothing is said, else the first line', () => {
    expect(
      title('#include <stack>', 'struct Node {', 'int value;', '};', 'int depth(Node* n) {'),
    ).toBe('int depth(Node* n) {');
    expect(title('struct Node {', '};')).toBe('struct Node {');
    expect(title('', '  ')).toBe('');
  });
});
