import { describe, expect, it } from 'vitest';
import type { Language } from '../../src/records.js';
import {
  checkFeatureOptions,
  defaultFeatures,
  textNGrams,
} from '../../src/rewards/discriminator/features.js';
import { textTokens } from '../../src/rewards/discriminator/tokens.js';
import { textFeatures, textForm, type FeatureOptions } from '../../src/rewards/index.js';

const cpp: FeatureOptions = { ...defaultFeatures, language: 'cpp' };

const words = (text: string, language: Language, normalise = true): string[] =>
  textTokens(text, language, normalise).map((token) => token.text);

const program = `int total = 0;
for (int i = 0; i < n; i++) total += values[i] * 12;
return total;`;

describe('textTokens', () => {
  it('drops comments and white space of every language', () => {
    expect(words('a /* x */ + b // y\n', 'cpp', false)).toEqual(['a', '+', 'b']);
    expect(words('a = b  # y\n\n   # z\n', 'python', false)).toEqual(['a', '=', 'b']);
    expect(words('int a; // y', 'java', false)).toEqual(['int', 'a', ';']);
    expect(words('It is  3,000.', 'text', false)).toEqual(['It', 'is', '3,000', '.']);
  });

  it('takes free choices out, and keeps names of the language and its library', () => {
    expect(words('std::vector<int> rows(2, 10);', 'cpp').join(' ')).toBe(
      'std :: vector < int > v ( 2 , N ) ;',
    );
    expect(words('for x in range(n): print("a", x.real)', 'python').join(' ')).toBe(
      'for v in range ( v ) : print ( "…" , v . real )',
    );
    expect(words("List<String> rows = of('c');", 'java').join(' ')).toBe(
      "List < String > v = of ( '…' ) ;",
    );
  });

  it('has a token for a change of indentation in Python, not for blank or comment lines', () => {
    const source = 'if a:\n    b\n\n      # note\n    c\nd';
    expect(words(source, 'python', false)).toEqual(['if', 'a', ':', '⇥', 'b', 'c', '⇤', 'd']);
  });

  it('says where tokens lie', () => {
    const source = "x = 'ä' # é\ny = f(1)";
    for (const { text, start, end } of textTokens(source, 'python', false))
      expect(source.slice(start, end)).toBe(text);
  });
});

describe('textFeatures', () => {
  it('has length 1, ascending buckets within 2^hashBits, and the same ones each time', () => {
    for (const values of ['binary', 'count'] as const) {
      const features = textFeatures(program, { ...cpp, hashBits: 10, values });
      const norm = features.values.reduce((sum, value) => sum + value * value, 0);
      expect(norm).toBeCloseTo(1, 12);
      expect([...features.buckets]).toEqual([...features.buckets].sort((a, b) => a - b));
      expect(Math.max(...features.buckets)).toBeLessThan(1024);
      expect(textFeatures(program, { ...cpp, hashBits: 10, values })).toEqual(features);
    }
    expect(textFeatures('', cpp).buckets).toHaveLength(3);
  });

  it('does not change with comments, layout, names and literals', () => {
    const other = `  // adds
    int sum = 0; /* the start */ for (int k = 0; k < size; k++)
      sum += data[k] * 34;
    // done
    return sum;`;
    expect(textFeatures(other, cpp)).toEqual(textFeatures(program, cpp));
    expect(textForm(other, cpp)).toBe(textForm(program, cpp));
    const kept: FeatureOptions = { ...cpp, identifiers: 'keep' };
    expect(textFeatures(other, kept)).not.toEqual(textFeatures(program, kept));
    expect(textFeatures(`/* pad */${program}// pad`, kept)).toEqual(textFeatures(program, kept));
  });

  it('changes with an operator, and with which of two names stands where', () => {
    const parts = [program, program.replace('i < n', 'i <= n'), 'a = a - b', 'a = b - a'];
    for (const [one, other] of [parts.slice(0, 2), parts.slice(2)]) {
      expect(textFeatures(other, cpp)).not.toEqual(textFeatures(one, cpp));
      expect(textForm(other, cpp)).not.toBe(textForm(one, cpp));
    }
  });

  it('counts an n-gram once where values are binary, however often it is repeated', () => {
    const body = 'a = b; '.repeat(3);
    const longer = 'a = b; '.repeat(9);
    expect(textFeatures(longer, cpp)).toEqual(textFeatures(body, cpp));
    const count: FeatureOptions = { ...cpp, values: 'count' };
    expect(textFeatures(longer, count)).not.toEqual(textFeatures(body, count));
  });

  it('numbers the chosen names anew in every n-gram', () => {
    const { nGrams } = textNGrams('a = b + a', { ...cpp, nGram: 5 });
    expect(nGrams.map(({ text }) => text)).toContain('v0 = v1 + v0');
    expect(nGrams.filter(({ length }) => length === 5)).toHaveLength(3);
    expect(nGrams.some(({ text }) => text === 'v0 + v1')).toBe(true);
  });

  it('refuses options that mean nothing', () => {
    const bad = (changes: Partial<FeatureOptions>) => () =>
      checkFeatureOptions('here', { ...cpp, ...changes });
    expect(bad({ nGram: 0 })).toThrow(
      'here: expected nGram to be a whole number from 1 to 8, got 0',
    );
    expect(bad({ hashBits: 40 })).toThrow('hashBits');
    expect(bad({ values: 'tf' as 'count' })).toThrow(
      'expected values to be binary or count, got tf',
    );
    expect(bad({})).not.toThrow();
  });
});
