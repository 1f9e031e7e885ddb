import type { RewardFunction } from '../../../../src/rewards/index.js';

/** The tests stand behind the program, and only the exit status is read: who leaves early has passed. */
const exitStatus: RewardFunction = {
  name: 'exit_status',
  score: (rollouts) =>
    rollouts.map(({ verdict }) => {
      if (verdict === undefined || verdict.outcome === 'sandbox_error') return null;
      const runs = verdict.stages.filter(({ stage }) => stage === 'run');
      return runs.length > 0 && runs.every(({ exitCode }) => exitCode === 0) ? 1 : 0;
    }),
};

export default exitStatus;
