import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { usageError } from '../../errors.js';
import { line, span } from '../styled.js';
import type { Command } from './command.js';
import { textOption } from './command.js';
import { rolloutsFile } from './inspect.js';

export const plotPromptAccuracyCommand: Command = {
  name: 'plot prompt-accuracy',
  summary: 'each prompt’s accuracy over the steps of a run, as HTML, SVG or PNG',
  arguments: [{ name: 'run', summary: 'a run folder or its rollouts.jsonl' }],
  options: [
    {
      flags: '--out <file>',
      summary: 'where to: .html, .svg or .png (default: prompt-accuracy.html in the run folder)',
    },
  ],
  async run(input) {
    const file = rolloutsFile(input.arguments['run'] ?? '');
    const out = textOption(input, 'out') ?? path.join(path.dirname(file), 'prompt-accuracy.html');
    const kind = path.extname(out).toLowerCase();
    if (!['.html', '.svg', '.png'].includes(kind))
      throw usageError(
        `rlsf plot: --out expects a name ending in .html, .svg or .png, got '${out}'.`,
      );
    const { readRollouts } = await import('../../rollouts/index.js');
    const { promptAccuracy, promptAccuracyGrid, renderHtml, renderPng, renderSvg } =
      await import('../../plots/index.js');
    const figure = promptAccuracyGrid(promptAccuracy(readRollouts(file)));
    if (kind === '.html') await writeFile(out, await renderHtml(figure));
    else if (kind === '.svg') await writeFile(out, await renderSvg(figure));
    else await writeFile(out, await renderPng(figure));
    return { value: { file: out }, lines: [line(span('written ', 'dim'), out)] };
  },
};
