import path from 'node:path';
import { isRlsfError, usageError } from '../../errors.js';
import type { StyledLine } from '../styled.js';
import { line, padEnd, span } from '../styled.js';
import type { Command } from './command.js';
import { textOption } from './command.js';
import { fileKind, writeFigure } from './plot-files.js';

export const plotAllCommand: Command = {
  name: 'plot all',
  summary: 'every figure that a run has the data for, into a folder; says which not, and why',
  arguments: [{ name: 'run', summary: 'a run folder or its rollouts.jsonl' }],
  options: [
    { flags: '--out <folder>', summary: 'where to (default: plots in the run folder)' },
    { flags: '--format <ending>', summary: 'png, svg, html or json (default: png)' },
  ],
  examples: ['rlsf plot all runs/tour --out figures', 'rlsf plot all runs/tour --format html'],
  async run(input, context) {
    const run = input.arguments['run'] ?? '';
    const format = textOption(input, 'format') ?? 'png';
    fileKind(`figure.${format}`);
    const folder =
      textOption(input, 'out') ?? (run.endsWith('.jsonl') ? null : path.join(run, 'plots'));
    if (folder === null)
      throw usageError('rlsf plot all: expected --out FOLDER, because the rollouts are a file.');
    const { drawPlot, plotKinds } = await import('../../session/plot.js');
    const { runPlotSource } = await import('../../session/plot-run.js');
    const source = runPlotSource(run);
    const written: string[] = [];
    const skipped: { kind: string; why: string }[] = [];
    for (const { name } of plotKinds) {
      context.signal.throwIfAborted();
      try {
        const figure = await drawPlot(source, name);
        const file = path.join(folder, `${name}.${format}`);
        await writeFigure(figure, file);
        written.push(file);
        if (context.interactive) context.note(`written ${file}`);
      } catch (error) {
        if (!isRlsfError(error)) throw error;
        skipped.push({ kind: name, why: error.message.replace(/^plot [\w-]+: /, '') });
      }
    }
    const lines: StyledLine[] = [
      ...(context.interactive ? [] : written.map((file) => line(span('written ', 'dim'), file))),
      ...skipped.map(({ kind, why }) =>
        line(span(padEnd(`not ${kind}`, 22), 'warn'), span(why, 'dim')),
      ),
      line(`${written.length} figures in ${folder}, ${skipped.length} not drawn`),
    ];
    return { value: { written, skipped }, lines };
  },
};
