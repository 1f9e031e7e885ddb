import type { SessionCommand } from './command.js';
import { exportCommand } from './export.js';
import { helpCommand } from './help-command.js';
import { historyCommand, redoCommand, undoCommand } from './history.js';
import { forkCommand, openCommand, saveCommand } from './keep.js';
import { compareCommand, evaluateCommand, explainCommand, queryCommand } from './look.js';
import { plotCommand } from './plot.js';
import { pickCommand, problemsCommand } from './problems.js';
import { benchCommand, rescoreCommand, rewardCommand, scoreCommand } from './reward.js';
import {
  browseCommand,
  diffCommand,
  inspectCommand,
  judgeCommand,
  sampleCommand,
} from './rollouts.js';
import { setCommand } from './set.js';
import { policyCommand, taskCommand } from './set-up.js';
import { advantagesCommand, stepCommand, trainCommand } from './update.js';

/** In the order of the help. */
export const sessionCommands: readonly SessionCommand[] = [
  policyCommand,
  taskCommand,
  setCommand,
  pickCommand,
  sampleCommand,
  judgeCommand,
  scoreCommand,
  rewardCommand,
  rescoreCommand,
  benchCommand,
  advantagesCommand,
  stepCommand,
  trainCommand,
  browseCommand,
  inspectCommand,
  diffCommand,
  explainCommand,
  problemsCommand,
  evaluateCommand,
  plotCommand,
  compareCommand,
  queryCommand,
  undoCommand,
  redoCommand,
  historyCommand,
  saveCommand,
  openCommand,
  forkCommand,
  exportCommand,
  helpCommand(() => sessionCommands),
];
