import { describe, expect, it } from 'vitest';
import { normalForm } from '../../../src/tasks/cpp/normal-form.js';

describe('normalForm', () => {
  it('is the same for programs that differ in names, literals, comments and layout only', () => {
    const one =
      'int f(const int* a, int n) { int s = 0; // sum\n for (int i = 0; i < n; i++) s += a[i] * 3; return s; }';
    const two =
      'int g(const int*data,int size){int total=7;/* all */for(int k=7;k<size;k++)total+=data[k]*5;return total;}';
    expect(normalForm(one)).toBe(normalForm(two));
  });

  it('tells programs apart that use equal and different literals in different places', () => {
    expect(normalForm('x = 0; y = 0;')).not.toBe(normalForm('x = 0; y = 1;'));
    expect(normalForm("x = 'a';")).not.toBe(normalForm('x = 1;'));
  });

  it('keeps what the language and the library name, and renames what the program names', () => {
    expect(normalForm('std::vector<int> size; size.size(); node->next; strlen(word); strlen')).toBe(
      'std :: vector < int > v0 ; v0 . size ( ) ; v1 -> v2 ; strlen ( v3 ) ; v4',
    );
  });

  it('takes operators as one token each', () => {
    expect(normalForm('a<<=b>>c->d!=e&&f')).toBe('v0 <<= v1 >> v2 -> v3 != v4 && v5');
  });

  it('survives source that is not C++', () => {
    expect(normalForm('int x = "open\n \'q é \u0000 /* never closed')).toContain('int v0 = S0');
  });
});
