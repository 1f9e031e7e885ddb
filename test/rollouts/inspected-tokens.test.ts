import { describe, expect, it } from 'vitest';
import { inspectRollout, inspectRollouts, type InspectionInput } from '../../src/rollouts/index.js';
import { exampleVerdict } from './example-rollout.js';
import { completion, finding, sampled } from './inspection-examples.js';

describe('the tokens of an inspection', () => {
  it('carry text, line, logprob and whether the policy sampled them', () => {
    const { tokens } = inspectRollout(sampled({ completionMask: [1, 1, 0, 1, 1] }));
    expect(tokens.map(({ text }) => text)).toEqual(['int ', 'x;\n', 'return *p', ';\n}\n', '']);
    expect(tokens.map(({ line }) => line)).toEqual([1, 1, 2, 2, 4]);
    expect(tokens[1]).toMatchObject({ id: 2, start: 4, end: 7, logprob: -3, isSampled: true });
    expect(tokens[2].isSampled).toBe(false);
  });

  it('write bytes of a character that a boundary cuts as such', () => {
    const cut = { completion: 'a€😀', byteOffsets: [0, 3, 5, 6, 8] };
    expect(inspectRollout(cut).tokens.map(({ text, isCut }) => [text, isCut])).toEqual([
      ['a\\xE2\\x82', true],
      ['\\xAC\\xF0', true],
      ['\\x9F', true],
      ['\\x98\\x80', true],
    ]);
    const whole = { completion: 'a€😀', byteOffsets: [0, 1, 4, 8] };
    expect(inspectRollout(whole).tokens.map(({ text, isCut }) => [text, isCut])).toEqual([
      ['a', false],
      ['€', false],
      ['😀', false],
    ]);
  });

  it('know the findings that reached them, an error before a warning, and no note', () => {
    const diagnostics = [
      finding({ severity: 'warning', kind: '-Wunused' }),
      finding(),
      finding({ severity: 'note', kind: 'note', span: { start: 0, end: 2, precision: 'span' } }),
    ];
    const { tokens, findings } = inspectRollout(
      sampled({ verdict: exampleVerdict('runtime_error', { diagnostics }) }),
    );
    expect(tokens.map(({ severity }) => severity)).toEqual([null, null, 'error', 'error', null]);
    expect(tokens[2].kinds).toEqual(['-Wunused', 'heap-use-after-free']);
    expect(findings[1].tokens).toEqual([2, 3]);
  });

  it('carry the strongest reward span with all labels; a reward of weight 0 is not trained on', () => {
    const reward = (weight: number, value: number, label: string) => ({
      name: label,
      weight,
      score: 0,
      spans: [{ start: 7, end: 9, value, label }],
      log: {},
    });
    const rewards = [reward(1, -0.5, 'a'), reward(1, -1, 'b'), reward(0, -9, 'c')];
    const { tokens } = inspectRollout(sampled({ rewards }));
    expect(tokens[2]).toMatchObject({ reward: -1, labels: ['a', 'b'] });
    expect(tokens[1]).toMatchObject({ reward: null, labels: [] });
  });

  it('are refused when their numbers do not fit the offsets', () => {
    expect(() => inspectRollout(sampled({ logprobs: [-1] }))).toThrow(
      /expected logprobs \[5\].*got \[1\]/,
    );
    expect(() => inspectRollout(sampled({ byteOffsets: [0, 4, 7, 16, 20, 99] }))).toThrow(
      /ascend within the 20 bytes of the completion, got 0 to 99/,
    );
    expect(() => inspectRollout(sampled({ byteOffsets: [0, 7, 4, 16, 20, 20] }))).toThrow(
      /out of order/,
    );
  });
});

describe('the heat map', () => {
  const scored = (tokens: number[]): InspectionInput =>
    sampled({ advantages: { scheme: 'span_penalty', sequence: tokens[0], tokens } });

  it('colours advantages where there are some, else reward spans, else findings', () => {
    const rewards = [
      {
        name: 'r',
        weight: 1,
        score: 1,
        spans: [{ start: 0, end: 1, value: -1, label: '' }],
        log: {},
      },
    ];
    expect(inspectRollout(scored([1, 1, 1, 1, 1])).heat?.of).toBe('advantage');
    expect(inspectRollout(sampled({ rewards })).heat?.of).toBe('reward');
    const verdict = exampleVerdict('runtime_error', { diagnostics: [finding()] });
    const { heat } = inspectRollout(sampled({ verdict }));
    expect(heat).toMatchObject({ of: 'findings', levels: [0, 0, -5, -5, 0] });
  });

  it('draws sign and strength in five levels', () => {
    const { heat } = inspectRollout(scored([0.4, -0.1, -2, 0, 1]));
    expect(heat).toMatchObject({ min: -2, max: 1, scale: 2, levels: [1, -1, -5, 0, 3] });
  });

  it('keeps a small penalty apart from a large advantage', () => {
    expect(inspectRollout(scored([2.3, 2.3, 2.2, 2.3, 2.3])).heat?.levels).toEqual([5, 5, 4, 5, 5]);
  });

  it('has one scale for a group, and still tells the tokens of a weak member apart', () => {
    const [weak, strong] = inspectRollouts([
      scored([-0.24, -0.24, -0.54, -0.24, -0.24]),
      scored([2.3, 2.3, 2.3, 2.3, 2.3]),
    ]);
    expect(weak.heat).toMatchObject({ scale: 2.3, levels: [-1, -1, -2, -1, -1] });
    expect(strong.heat?.levels).toEqual([5, 5, 5, 5, 5]);
  });

  it('shows by logprob how surprising a token was', () => {
    expect(inspectRollout(sampled(), { heat: 'logprob' }).heat?.levels).toEqual([0, 5, 2, 0, 0]);
  });

  it('of what the record does not hold is an error that says what there is', () => {
    expect(() => inspectRollout(sampled(), { heat: 'advantage' })).toThrow(
      /with advantages for the heat map, got one without\. There is: findings, logprob/,
    );
    expect(() => inspectRollout({ completion }, { heat: 'logprob' })).toThrow(
      /a text that nobody sampled/,
    );
  });
});
