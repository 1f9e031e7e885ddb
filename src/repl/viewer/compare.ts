import { inputError } from '../../errors.js';
import type { ComparedArm } from '../../evaluation/index.js';
import type { Rollout } from '../../records.js';
import type { StyledLine } from '../styled.js';
import { fitLine } from '../styled.js';
import type { LogIndex } from './log-index.js';
import type { CompareSide, LogSide } from './messages.js';

/** Of a log: the last rollouts, which its training ended with. */
const comparedRollouts = 20_000;

/** Two sides, problem by problem, in the words of `rlsf compare`. */
export async function compareSides(
  sides: readonly CompareSide[],
  width: number,
  logOf: (side: LogSide) => Promise<LogIndex>,
): Promise<StyledLine[]> {
  if (sides.length < 2)
    throw inputError('expected two things to compare: two runs, evaluations or logs of rollouts.');
  const [{ compareArms }, { rolloutsArm }, { compareLines }] = await Promise.all([
    import('../../evaluation/index.js'),
    import('../../session/rollouts-arm.js'),
    import('../views/compare-view.js'),
  ]);
  const arms: ComparedArm[] = [];
  for (const side of sides)
    arms.push(
      'evaluation' in side
        ? await evaluationArm(side.evaluation)
        : rolloutsArm(side.name, lastRollouts(await logOf(side))),
    );
  return compareLines(compareArms(arms), { width, problems: 20 }).map((each) =>
    fitLine(each, width),
  );
}

async function evaluationArm(name: string): Promise<ComparedArm> {
  const { readArms } = await import('../../experiments/recorded/index.js');
  const [arm] = await readArms([name.includes('@') ? name : `${name}@after`]);
  return { ...arm, name };
}

/** Of the end of a log, a record at a time. */
function* lastRollouts(index: LogIndex): Generator<Rollout> {
  const { count } = index.columns;
  for (let at = Math.max(0, count - comparedRollouts); at < count; at++) yield index.read(at);
}
