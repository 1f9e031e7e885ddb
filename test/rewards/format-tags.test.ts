import { describe, expect, it } from 'vitest';
import { formatTags } from '../../src/rewards/index.js';
import { golden, resultOf, textRollout } from './text-rollout.js';

describe('formatTags', () => {
  it('is TRL’s think_format_reward with the tag think', async () => {
    const { texts, scores } = golden.thinkFormat;
    const own = texts.map(async (text) => (await resultOf(formatTags(), textRollout(text))).score);
    expect(await Promise.all(own)).toEqual(scores);
  });

  it.each([
    ['<think>a</think><answer>b</answer>', 1, null],
    ['<think>a</think> so <answer>b</answer>\n', 1, null],
    ['<think>a<answer>b</answer></think>', 0, '<think> is not closed'],
    ['<think>a</think><answer>b', 0, '<answer> is not closed'],
    ['<answer>b</answer><think>a</think>', 0, 'the completion does not begin with <think>'],
    ['<think>a</think>', 0, '<answer> stands there 0 times'],
    ['', 0, '<think> stands there 0 times'],
  ])('of two parts in %j is %s', async (text, score, reason) => {
    const reward = formatTags({ tags: ['think', 'answer'] });
    expect(await resultOf(reward, textRollout(text))).toMatchObject({ score, log: { reason } });
  });

  it.each([
    ['<think>a</think><answer>b</answer>', 1],
    ['<think>a</think><answer>b', 0.75],
    ['<think>a<think>b</think>', 0.25],
    ['', 0],
  ])('counts the tags of %j that stand there once: %s', async (text, score) => {
    const reward = formatTags({ tags: ['think', 'answer'], credit: 'count' });
    expect((await resultOf(reward, textRollout(text))).score).toBe(score);
  });

  it('blames the tags that stand there again, in bytes', async () => {
    const text = '<think>é<think>é</think></think>';
    expect(await resultOf(formatTags(), textRollout(text))).toMatchObject({
      blamed: ['<think>'],
      spans: [{ start: 9, value: -1, label: '<think> again' }],
    });
    const counted = await resultOf(formatTags({ credit: 'count' }), textRollout(text));
    expect(counted.blamed).toEqual(['<think>', '</think>']);
  });

  it('refuses no tags, tags with brackets and the same tag twice', () => {
    expect(() => formatTags({ tags: [] })).toThrow(/one or more tags.*got \[\]/);
    expect(() => formatTags({ tags: ['<think>'] })).toThrow(/without brackets/);
    expect(() => formatTags({ tags: ['a', 'a'] })).toThrow(/each tag once/);
  });
});
