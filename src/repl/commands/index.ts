import type { Command } from './command.js';
import { configCommand } from './config.js';
import { doctorCommand } from './doctor.js';
import { evaluateCommand } from './evaluate.js';
import { inspectCommand } from './inspect.js';
import { judgeCommand } from './judge.js';
import { mergeCommand } from './merge.js';
import { plotPromptAccuracyCommand } from './plot.js';
import { sampleCommand } from './sample.js';
import { setupCommand } from './setup.js';
import { studyCommand } from './study.js';
import { tasksBuildCommand } from './tasks-build.js';
import { tasksCandidatesCommand } from './tasks-candidates.js';
import { tasksGenerateCommand } from './tasks-generate.js';
import { tasksMakeCommand } from './tasks-make.js';
import { tasksNewCommand } from './tasks-new.js';
import { tasksPipelineCommand } from './tasks-pipeline.js';
import { tasksValidateCommand } from './tasks-validate.js';
import { tasksListCommand, tasksShowCommand } from './tasks.js';
import { tourCommand } from './tour.js';
import { trainCommands } from './train.js';

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  tourCommand,
  ...trainCommands,
  studyCommand,
  sampleCommand,
  judgeCommand,
  evaluateCommand,
  mergeCommand,
  inspectCommand,
  tasksListCommand,
  tasksShowCommand,
  tasksValidateCommand,
  tasksNewCommand,
  tasksMakeCommand,
  tasksGenerateCommand,
  tasksCandidatesCommand,
  tasksBuildCommand,
  tasksPipelineCommand,
  plotPromptAccuracyCommand,
  configCommand,
  doctorCommand,
  setupCommand,
];
