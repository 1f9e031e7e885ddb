import type { PlotOptions, PlotSource } from '../../session/plot-source.js';
import type { HeatKind } from '../../rollouts/index.js';
import { usageError } from '../../errors.js';
import { line, span } from '../styled.js';
import type { Command, CommandContext, CommandInput, CommandResult } from './command.js';
import { flagOption, textOption, wholeOption } from './command.js';
import { fileKind, writeFigure } from './plot-files.js';
import { plotNames, type PlotName } from './plot-names.js';

/** `rlsf plot KIND RUN`: a figure in the terminal, or with `--out` in a file. */
export const plotCommands: readonly Command[] = plotNames.map(plotCommand);

const heatKinds: readonly HeatKind[] = ['advantage', 'reward', 'findings', 'logprob'];

function plotCommand({ name, summary, options = [] }: PlotName): Command {
  return {
    name: `plot ${name}`,
    summary,
    arguments: [
      {
        name: 'run',
        summary:
          'a run folder or its rollouts.jsonl; of seeds a study, of calibration a discriminator',
        required: false,
      },
    ],
    options: [
      { flags: '--rollouts <file>', summary: 'a log of rollouts, instead of the run’s own' },
      ...options,
      {
        flags: '--out <file>',
        summary: 'where to: .html, .svg, .png or .json (default: drawn in the terminal)',
      },
      { flags: '--rows <n>', summary: 'rows in the terminal; up to 3: sparklines' },
      { flags: '--ascii', summary: 'in the terminal with plain ASCII alone' },
    ],
    examples: [`rlsf plot ${name} runs/tour`, `rlsf plot ${name} runs/tour --out ${name}.png`],
    run: (input, context) => draw(name, input, context),
  };
}

async function draw(
  name: string,
  input: CommandInput,
  context: CommandContext,
): Promise<CommandResult> {
  const out = textOption(input, 'out');
  if (out !== undefined) fileKind(out);
  const options = plotOptions(input);
  const { drawPlot } = await import('../../session/plot.js');
  const figure = await drawPlot(await plotSource(name, input), name, options);
  if (out !== undefined) {
    await writeFigure(figure, out);
    return { value: { kind: name, file: out }, lines: [line(span('written ', 'dim'), out)] };
  }
  if (context.json) return { value: figure, lines: [] };
  const { figureLines } = await import('../figures/index.js');
  const rows = wholeOption(input, 'rows', 0);
  return {
    value: figure,
    lines: figureLines(figure, {
      width: context.width,
      ascii: flagOption(input, 'ascii'),
      ...(rows > 0 ? { rows } : {}),
    }),
  };
}

async function plotSource(name: string, input: CommandInput): Promise<PlotSource> {
  const run = input.arguments['run'];
  const rollouts = textOption(input, 'rollouts');
  if (run === undefined && rollouts === undefined)
    throw usageError(`rlsf plot ${name}: expected a run folder, or --rollouts FILE.`);
  const { runPlotSource } = await import('../../session/plot-run.js');
  return runPlotSource(run, rollouts === undefined ? {} : { rollouts });
}

function plotOptions(input: CommandInput): PlotOptions {
  const [promptId, rolloutId] = [textOption(input, 'promptId'), textOption(input, 'id')];
  const [split, title] = [textOption(input, 'split'), textOption(input, 'title')];
  const heat = textOption(input, 'heat');
  const known = heatKinds.find((kind) => kind === heat);
  if (heat !== undefined && known === undefined)
    throw usageError(`rlsf plot: --heat expects ${heatKinds.join(', ')}, got '${heat}'.`);
  const whole = (option: string, least: number): number | undefined =>
    textOption(input, option) === undefined ? undefined : wholeOption(input, option, least, least);
  const given: PlotOptions = {
    ...{ promptId, rolloutId, split, title, heat: known },
    ...{ numGenerations: whole('numGenerations', 1), step: whole('step', 0) },
  };
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as PlotOptions;
}
