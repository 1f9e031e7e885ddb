import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/algorithms/index.js';
import {
  corruptionKinds,
  corruptionOperators,
  corruptions,
  failsAsNamed,
} from '../../../src/tasks/cpp/corruption/corruption.js';
import { exampleVerdict } from '../../rollouts/example-rollout.js';

const program = `    // Größe: n < 10
    if (a == nullptr || n == 0) return 0;
    long long sum = 0;
    int* copy = new int[n + 1];
    for (int i = 0; i < n; i++) {
        copy[i] = a[i];
        if (copy[i] % 2 == 0 && !skip) sum += copy[i];
    }
    sum += copy[n - 1];
    delete[] copy;
    return sum;
}
`;

const texts = (operator: string): string[] =>
  corruptions(program, createRandom(1), { operators: [operator] }).map(({ text }) => text);

describe('corruptions', () => {
  it('names the bytes that it put in and those that they replace', () => {
    const bytes = Buffer.from(program);
    const all = corruptions(program, createRandom(1));
    expect(all.length).toBeGreaterThan(80);
    for (const { text, span, replaced } of all) {
      const corrupted = Buffer.from(text);
      expect(span.start).toBe(replaced.start);
      expect(
        Buffer.concat([
          corrupted.subarray(0, span.start),
          bytes.subarray(replaced.start, replaced.end),
          corrupted.subarray(span.end),
        ]).equals(bytes),
      ).toBe(true);
    }
    expect(new Set(all.map(({ text }) => text)).size).toBe(all.length);
  });

  it('follows the generator alone, and leaves it where it was', () => {
    const random = createRandom(7);
    const first = corruptions(program, random);
    expect(corruptions(program, random)).toEqual(first);
    expect(corruptions(program, createRandom(7))).toEqual(first);
    expect(corruptions(program, createRandom(8))).not.toEqual(first);
  });

  it('takes one place of every operator before any comes again', () => {
    const all = corruptions(program, createRandom(1)).map(({ operator }) => operator);
    const different = new Set(all).size;
    expect(new Set(all.slice(0, different)).size).toBe(different);
    expect(different).toBeGreaterThan(25);
  });

  it('has operators of every kind, and takes those that are asked for', () => {
    const kinds = new Set(corruptionOperators().map(({ kind }) => kind));
    expect([...kinds]).toEqual([...corruptionKinds]);
    for (const kind of corruptionKinds) {
      const of = corruptions(program, createRandom(1), { kinds: [kind] });
      expect(of.length).toBeGreaterThan(0);
      expect(of.every((each) => each.kind === kind && each.operator.startsWith(`${kind}/`))).toBe(
        true,
      );
    }
    expect(() => corruptions(program, createRandom(1), { operators: ['bounds/lop'] })).toThrow(
      /got "bounds\/lop"/,
    );
  });

  it('changes what each operator is about, and no comment or template bracket', () => {
    expect(texts('bounds/loop-end')).toEqual([program.replace('i < n; i', 'i <= n; i')]);
    expect(texts('bounds/one').sort()).toEqual(
      [program.replace('n + 1', 'n'), program.replace('n - 1', 'n')].sort(),
    );
    expect(texts('lifetime/leak')).toEqual([program.replace('    delete[] copy;\n', '')]);
    expect(texts('lifetime/double-free')).toEqual([
      program.replace('delete[] copy;', 'delete[] copy;\n    delete[] copy;'),
    ]);
    expect(texts('lifetime/use-after-free')).toEqual([
      program.replace(
        'sum += copy[n - 1];\n    delete[] copy;',
        'delete[] copy;\n    sum += copy[n - 1];',
      ),
    ]);
    expect(texts('lifetime/mismatched-delete')).toEqual([
      program.replace('delete[] copy', 'delete copy'),
    ]);
    expect(texts('lifetime/null-check')).toEqual([
      program.replace('    if (a == nullptr || n == 0) return 0;\n', ''),
    ]);
    expect(texts('arithmetic/narrow')).toEqual([program.replace('long long', 'int')]);
    expect(texts('logic/connective').sort()).toEqual(
      [program.replace('||', '&&'), program.replace('&&', '||')].sort(),
    );
    const vector = '    vector<int> v;\n    return v[0] < 1;\n}\n';
    expect(
      corruptions(vector, createRandom(1), { operators: ['logic/comparison'] }).map(
        ({ text }) => text,
      ),
    ).toEqual([expect.stringMatching(/vector<int> v;\n {4}return v\[0\] (>|>=) 1/)]);
  });

  it('gives nothing where there is nothing to go wrong', () => {
    expect(corruptions('', createRandom(1))).toEqual([]);
  });
});

describe('failsAsNamed', () => {
  const finding = (kind: string) => ({
    tool: 'asan' as const,
    severity: 'error' as const,
    kind,
    message: '',
    option: null,
    position: null,
    span: { precision: 'none' as const, reason: '' },
    frames: [],
  });

  it('wants the outcome and the kind of finding that the operator names', () => {
    const leak = exampleVerdict('runtime_error', { diagnostics: [finding('memory-leak')] });
    expect(failsAsNamed('lifetime/leak', leak)).toBe(true);
    expect(failsAsNamed('lifetime/double-free', leak)).toBe(false);
    expect(failsAsNamed('lifetime/leak', exampleVerdict('wrong_answer'))).toBe(false);
    expect(failsAsNamed('syntax/brace', exampleVerdict('compile_error'))).toBe(true);
    expect(failsAsNamed('syntax/brace', exampleVerdict('clean'))).toBe(false);
  });
});
