import path from 'node:path';
import { z } from 'zod';
import { usageError } from '../../errors.js';
import type { Figure } from '../../plots/index.js';
import { didYouMean } from '../../tasks/closest.js';
import { callCode } from './code.js';
import { defineCommand } from './command.js';
import { pathsAt } from './places.js';
import { rolloutAt } from './rollouts.js';

/** What can be drawn, and what it takes. */
export interface PlotChoice {
  name: string;
  summary: string;
  needs: string;
}

export interface PlottedFigure {
  kind: string;
  figure: Figure;
  /** Where it was written; `null`: nowhere. */
  file: string | null;
  /** A page to open in the browser. */
  open: boolean;
}

const endings = ['.html', '.svg', '.png', '.json'];

export const plotCommand = defineCommand({
  name: 'plot',
  summary: 'a figure of the session: curves, rewards, lengths, groups; also as a page or a picture',
  group: 'look',
  input: {
    kind: z.string().optional().describe('what to draw; alone it lists what there is'),
    promptId: z.string().optional().describe('prompt-accuracy: this prompt alone'),
    n: z.int().min(1).optional().describe('tokens: the rollout at this position, from 1 on'),
    heat: z
      .enum(['advantage', 'reward', 'findings', 'logprob'])
      .optional()
      .describe('tokens: what colours them'),
    split: z.string().optional().describe('before-after: which split'),
    open: z.boolean().optional().describe('open it as a page in the browser'),
    out: z
      .string()
      .optional()
      .describe(`write it to a file: ${endings.join(', ')}`),
  },
  positional: ['kind'],
  examples: ['plot', 'plot learning', 'plot rewards --open', 'plot tokens --n 3 --out tokens.svg'],
  changes: false,
  async complete(session, field, typed) {
    if (field === 'split') return session.task.splits;
    if (field === 'out') return pathsAt(typed, /\.(html|svg|png|json)$/);
    if (field !== 'kind') return [];
    const { plotKinds } = await import('../plot.js');
    return plotKinds.map(({ name, summary }) => ({ text: name, summary }));
  },
  async run(session, input): Promise<PlottedFigure | PlotChoice[]> {
    const { kind, n, open = false, out, ...options } = input;
    const { plot, plotKinds } = await import('../plot.js');
    if (kind === undefined)
      return plotKinds.map(({ name, summary, needs }) => ({ name, summary, needs }));
    const known = plotKinds.map(({ name }) => name);
    if (!known.includes(kind))
      throw usageError(
        `plot: expected one of ${known.join(', ')}, got '${kind}'.${didYouMean(kind, known)}`,
      );
    if (out !== undefined && !endings.includes(path.extname(out)))
      throw usageError(`plot: --out expects a name in ${endings.join(', ')}, got '${out}'.`);
    const rolloutId = n === undefined ? undefined : rolloutAt(session, n, 'plot').id;
    const figure = await plot(session, kind, { ...options, rolloutId });
    const file = out ?? (open ? path.join(await temporaryFolder(), `${kind}.html`) : null);
    if (file !== null) await writeFigure(figure, file);
    return { kind, figure, file, open };
  },
  code: ({ kind, n, promptId, heat, split }) =>
    kind === undefined
      ? ''
      : callCode('plot', kind, {
          promptId,
          rolloutId: n === undefined ? undefined : `session.rollouts[${n - 1}].id`,
          heat,
          split,
        }).replace(/'(session\.rollouts\[\d+\]\.id)'/, '$1'),
});

async function writeFigure(figure: Figure, file: string): Promise<void> {
  const { renderHtml, renderPng, renderSvg } = await import('../../plots/index.js');
  const { writeFileAtomically } = await import('../../experiments/run/files.js');
  const content =
    path.extname(file) === '.html'
      ? await renderHtml(figure)
      : path.extname(file) === '.svg'
        ? await renderSvg(figure)
        : path.extname(file) === '.png'
          ? await renderPng(figure)
          : `${JSON.stringify(figure)}\n`;
  await writeFileAtomically(file, content);
}

async function temporaryFolder(): Promise<string> {
  const [{ mkdtemp }, { tmpdir }] = await Promise.all([
    import('node:fs/promises'),
    import('node:os'),
  ]);
  return mkdtemp(path.join(tmpdir(), 'rlsf-plot-'));
}
