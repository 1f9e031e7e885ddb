import { describe, expect, it } from 'vitest';
import type { Rollout } from '../../../src/records.js';
import { plainText, textWidth } from '../../../src/repl/styled.js';
import { valueLines } from '../../../src/repl/values/index.js';
import type { TensorLike } from '../../../src/repl/values/kinds.js';
import { inputError } from '../../../src/errors.js';
import { tf } from '../../../src/tensor/index.js';

const shown = (value: unknown, options = { width: 80 }): string[] =>
  valueLines(value, options).map(plainText);

const rollout = (sample: number, completion = `int f${sample}() {}`): Rollout => ({
  version: 1,
  id: `session/0/0/${sample}`,
  run: 'session',
  step: 0,
  problemId: 'p',
  task: 'cpp',
  group: 0,
  sample,
  promptHash: '',
  prompt: 'write f',
  completion,
  promptIds: [1],
  completionIds: [1, 2, 3],
  logprobs: [-1, -1, -1],
  completionMask: [1, 1, 1],
  byteOffsets: [0, 1, 2, 3],
  finishReason: 'stop',
  sampling: { temperature: 1, topK: 0, topP: 1, minP: 0, maxNewTokens: 8, stop: [], seed: 1 },
  modelRevision: '',
  columns: {},
});

describe('values as lines', () => {
  it('shows rollouts as a table, one row each, with how each begins', () => {
    const lines = shown([rollout(0), { ...rollout(1), reward: 0.5 }]);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/id +outcome +reward +advantage +tokens +completion/);
    expect(lines[1]).toMatch(/0\/0\/0 +unjudged +— +— +3 +int f0/);
    expect(lines[2]).toContain('0.50');
  });

  it('cuts long lists with their count and the way to the rest', () => {
    const lines = shown(
      Array.from({ length: 100 }, (_, index) => rollout(index)),
      {
        width: 80,
        ...{ rows: 12 },
      },
    );
    expect(lines).toHaveLength(12);
    expect(lines[11]).toBe('… 90 more of 100; _.slice(10) shows them');
  });

  it('makes what a model wrote visible, in a table, a view, a text and an object', () => {
    const nasty = 'a\u001b[31m\u202eb';
    const values = [[rollout(0, nasty)], rollout(0, nasty), nasty, { nasty }, new Error(nasty)];
    for (const value of values)
      for (const line of shown(value)) {
        expect(line).not.toContain('\u001b');
        expect(line).not.toContain('\u202e');
      }
  });

  it('shows a tensor by type, shape and head, and leaves no tensor behind', () => {
    const tensor = tf.tensor([
      [1, 2.5],
      [3, 4],
    ]);
    const { numTensors } = tf.memory();
    expect(shown(tensor)).toEqual([
      'tensor float32 [2, 2]  4 values',
      '          1       2.5',
      '          3         4',
    ]);
    expect(tf.memory().numTensors).toBe(numTensors);
    tensor.dispose();
    expect(shown(tensor)[0]).toContain('× disposed');
  });

  it('shows a number, a large tensor and one without values', () => {
    const [scalar, large, none] = [tf.scalar(0.1), tf.zeros([100, 200]), tf.zeros([0, 3])];
    expect(shown(scalar)[1].trim()).toBe('0.1');
    expect(shown(large).at(-1)).toContain('rows beyond these: 94');
    expect(shown(none as unknown as TensorLike)).toEqual(['tensor float32 [0, 3]  0 values']);
    tf.dispose([scalar, large, none]);
  });

  it('shows metrics in columns, and those of several steps as a table', () => {
    const metrics = { loss: 0.123456789, reward: 1, kl: 0, entropy: 2.5 };
    expect(shown(metrics).join(' ')).toMatch(/loss +0\.12346/);
    const table = shown([metrics, metrics]);
    expect(table[0]).toMatch(/loss +reward +kl +entropy/);
    expect(table).toHaveLength(3);
  });

  it('shows an error with its cause, one of ours by its message alone', () => {
    expect(shown(new TypeError('no', { cause: new Error('deep') }))).toEqual([
      '× TypeError: no',
      '  because: deep',
    ]);
    expect(shown(inputError('file: expected a, got b.'))).toEqual(['× file: expected a, got b.']);
  });

  it('shows maps and objects as Node does, a promise by what to do with it', () => {
    expect(shown(new Map([[1, { a: 2 }]]))).toEqual(['Map(1) { 1 => { a: 2 } }']);
    expect(shown(Promise.resolve(1))).toEqual(['a promise  await it to see its value']);
  });

  it('shows a value whose own code throws', () => {
    const broken = {
      [Symbol.for('nodejs.util.inspect.custom')]() {
        throw new Error('broken');
      },
    };
    expect(shown(broken).join('')).toContain('cannot be shown');
  });

  it('never writes beyond the width', () => {
    const values = [[rollout(0, 'x'.repeat(500))], { a: 'y'.repeat(500) }, '汉'.repeat(100)];
    for (const value of values)
      for (const line of valueLines(value, { width: 60 }))
        expect(textWidth(plainText(line))).toBeLessThanOrEqual(60);
  });
});
