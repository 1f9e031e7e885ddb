/** Of how many problems a set has rows. */
export interface ProblemCounts {
  /** With at least one rollout. */
  total: number;
  withRows: number;
  /** Problems without rows, by why. */
  without: Record<string, number>;
}

/** What helps a problem without rows, by why it has none. */
const remedies: Record<string, string> = {
  'no scorable sample': 'the judge failed on all of them: judge again',
  'no failing sample':
    'all samples are clean: make clean ones fail (corruptAndVerify, --corrupt), or draw more at a higher temperature',
  'all samples fail alike':
    'draw more candidates or at a higher temperature, rank by reward or tests, or set references against failing samples (referencePairs, --references)',
  'one sample only': 'draw more than one candidate per problem',
  'no pair within the limits': 'lower margin or minChosenScore, raise maxLengthRatio',
  'no clean sample':
    'draw more candidates or at a higher temperature, lower the least score, or take references',
  'no reference': 'give problems that have one, or take clean samples',
  'not as expected': 'compiled/ says in what they differ: mend the example or what it expects',
  unscorable: 'the judge failed on them: judge again',
  'chosen earns no more than rejected': 'give their outcomes scores that differ (--reward)',
  'no rollouts': 'collect candidates for them, or build from references alone',
};

/** Sentences on the problems of which a set has nothing, and on a set that has nothing at all. */
export function withoutRows(what: string, problems: ProblemCounts): string[] {
  const { total, withRows, without } = problems;
  const notes = Object.entries(without).map(
    ([why, count]) => `${count} of ${total} problems gave no ${what}: ${why} (${remedies[why]}).`,
  );
  return withRows === 0 ? [`The set is empty: no problem gave a ${what}.`, ...notes] : notes;
}
