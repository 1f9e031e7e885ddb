/** The figures that `rlsf plot` lists, without what draws them: the help is instant. */
import type { CommandOption } from './command.js';

export interface PlotName {
  name: string;
  summary: string;
  options?: CommandOption[];
}

const step: CommandOption = { flags: '--step <n>', summary: 'rollouts of this step alone' };
const split: CommandOption = {
  flags: '--split <name>',
  summary: 'of the measurements (default: the first)',
};

/** One for each of `plotKinds`. */
export const plotNames: readonly PlotName[] = [
  {
    name: 'prompt-accuracy',
    summary: 'accuracy over the steps, of one prompt or of all as a grid',
    options: [
      { flags: '--prompt-id <id>', summary: 'this prompt alone, as a line' },
      {
        flags: '--num-generations <k>',
        summary: 'completions that make one point (default: those of a step)',
      },
    ],
  },
  { name: 'rewards', summary: 'completions by reward and outcome', options: [step] },
  { name: 'reward-tiers', summary: 'mean reward and shares of the outcomes over the steps' },
  { name: 'reward-components', summary: 'the score of each reward function over the steps' },
  { name: 'advantages', summary: 'completions and tokens by advantage', options: [step] },
  { name: 'ratios', summary: 'tokens by probability after the last step over when sampled' },
  {
    name: 'tokens',
    summary: 'the tokens of one rollout as a heat map',
    options: [
      { flags: '--id <id>', summary: 'step/group/sample (default: the first with a finding)' },
      { flags: '--heat <what>', summary: 'advantage, reward, findings or logprob' },
      step,
    ],
  },
  { name: 'pass-at-k', summary: 'pass@k with intervals over problems', options: [step] },
  { name: 'diversity', summary: 'how different completions are, over the steps', options: [step] },
  { name: 'learning', summary: 'reward, rates and KL over the steps, or loss and preference' },
  { name: 'seeds', summary: 'learning curves of a study’s arms, with intervals over its seeds' },
  {
    name: 'outcomes',
    summary: 'shares of the outcomes before and after',
    options: [split],
  },
  { name: 'outcome-flow', summary: 'outcome before → outcome after', options: [split] },
  { name: 'clipping', summary: 'share of tokens that the clip range holds back' },
  { name: 'kl-entropy-length', summary: 'KL, entropy and lengths over the steps' },
  { name: 'margins', summary: 'implicit rewards of chosen and rejected apart' },
  { name: 'stages', summary: 'where the time of each step went' },
  { name: 'before-after', summary: 'the rates before and after, with intervals', options: [split] },
  { name: 'forest', summary: 'the change of each rate, with its interval', options: [split] },
  { name: 'calibration', summary: 'reliability diagram of a discriminator' },
];
