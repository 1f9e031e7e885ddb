import { line, span } from '../styled.js';
import type { Command } from './command.js';
import { textOption } from './command.js';
import { outputDirOption } from './runs.js';

export const reportCommand: Command = {
  name: 'report',
  summary:
    'the page of a run: figures, each prompt over the steps, its rollouts with findings and heat map',
  arguments: [{ name: 'run', summary: 'name of a run, or its folder; finished or not' }],
  options: [
    { flags: '--out <file>', summary: 'where to (default: report.html in the run folder)' },
    outputDirOption,
  ],
  examples: ['rlsf report tour', 'rlsf report runs/study-cpp/1/grpo-token --out grpo.html'],
  async run(input) {
    const { writeHtmlReport } = await import('../../experiments/runs/index.js');
    const out = textOption(input, 'out');
    const file = await writeHtmlReport(
      input.arguments['run'] ?? '',
      textOption(input, 'outputDir') ?? 'runs',
      out === undefined ? {} : { out },
    );
    return { value: { file }, lines: [line(span('written ', 'dim'), file)] };
  },
};
