import type { Command } from './command.js';
import { compareCommand } from './compare.js';
import { completionCommand } from './completion.js';
import { configCommand } from './config.js';
import { doctorCommand } from './doctor.js';
import { evaluateCommand } from './evaluate.js';
import { explainCommand } from './explain.js';
import { exportCommand } from './export.js';
import { generateCommand } from './generate.js';
import { importCommand } from './import.js';
import { inspectCommand } from './inspect.js';
import { judgeCommand } from './judge.js';
import { kernelInstallCommand, kernelRemoveCommand } from './kernel.js';
import { mergeCommand } from './merge.js';
import { plotCommands } from './plot.js';
import { plotAllCommand } from './plot-all.js';
import { pushCommand } from './push.js';
import { queryCommand } from './query.js';
import { replCommand } from './repl.js';
import { rescoreCommand } from './rescore.js';
import { rewardBenchCommand } from './reward-bench.js';
import { runCommand } from './run.js';
import { runsExportCommand } from './runs-export.js';
import { runsPruneCommand, runsRemoveCommand } from './runs-remove.js';
import { reportCommand } from './runs-report.js';
import { runsListCommand, runsShowCommand } from './runs.js';
import { sampleCommand } from './sample.js';
import { serveCompletionsCommand } from './serve-completions.js';
import { serveRewardsCommand } from './serve-rewards.js';
import { setupCommand } from './setup.js';
import { studyCommand } from './study.js';
import { workerCommand } from './worker.js';
import { workersCommand } from './workers.js';
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
import { trainDiscriminatorCommand } from './train-discriminator.js';

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  replCommand,
  tourCommand,
  ...trainCommands,
  trainDiscriminatorCommand,
  studyCommand,
  runCommand,
  sampleCommand,
  judgeCommand,
  evaluateCommand,
  generateCommand,
  compareCommand,
  mergeCommand,
  inspectCommand,
  queryCommand,
  explainCommand,
  rescoreCommand,
  rewardBenchCommand,
  tasksListCommand,
  tasksShowCommand,
  tasksValidateCommand,
  tasksNewCommand,
  tasksMakeCommand,
  tasksGenerateCommand,
  tasksCandidatesCommand,
  tasksBuildCommand,
  tasksPipelineCommand,
  reportCommand,
  runsListCommand,
  runsShowCommand,
  runsRemoveCommand,
  runsPruneCommand,
  runsExportCommand,
  exportCommand,
  importCommand,
  pushCommand,
  plotAllCommand,
  ...plotCommands,
  serveRewardsCommand,
  serveCompletionsCommand,
  workerCommand,
  workersCommand,
  kernelInstallCommand,
  kernelRemoveCommand,
  configCommand,
  doctorCommand,
  setupCommand,
  completionCommand(() => commands),
];
