import { usageError } from '../../errors.js';
import type { Analysis, ArmsComparison, ComparedAnalysis } from '../../evaluation/index.js';
import type { Figure } from '../../plots/index.js';
import { line, span } from '../styled.js';
import { analysisLines, compareLines } from '../views/compare-view.js';
import type { Command, CommandInput } from './command.js';
import { numberOption, textOption, wholeOption } from './command.js';

export const compareCommand: Command = {
  name: 'compare',
  summary: 'what differs between runs, problem by problem: intervals, exact tests, causes',
  arguments: [
    {
      name: 'runs',
      summary: 'run folders, folders or files of rlsf evaluate, RUN@before, NAME=RUN,RUN,…',
      many: true,
    },
  ],
  options: [
    { flags: '--split <split>', summary: 'which split (default: the first that was measured)' },
    { flags: '--problems <count>', summary: 'flipped problems listed each way (default: 5)' },
    { flags: '--resamples <count>', summary: 'of the bootstrap (default: 10000)' },
    { flags: '--confidence <share>', summary: 'of the intervals (default: 0.95)' },
    { flags: '--no-analysis', summary: 'rates only: leave diversity, lengths and signs out' },
    { flags: '--md <file>', summary: 'write the whole comparison as Markdown' },
    { flags: '--html <file>', summary: 'write it as one page with its figures' },
  ],
  examples: [
    'rlsf compare runs/tour',
    'rlsf compare runs/tour@before runs/tour-2 --md compare.md',
    "rlsf compare base=runs/study/base 'grpo=runs/study/*/grpo-token' --html compare.html",
  ],
  async run(input, context) {
    const names = input.rest ?? [];
    const [{ readArms }, { compareArms }] = await Promise.all([
      import('../../experiments/index.js'),
      import('../../evaluation/index.js'),
    ]);
    const problems = wholeOption(input, 'problems', 5);
    const arms = await readArms(names, { split: textOption(input, 'split') });
    const comparison = compareArms(arms, {
      resamples: wholeOption(input, 'resamples', 10000, 1),
      confidence: confidenceOption(input),
    });
    const { analyseArms } = await import('../../experiments/index.js');
    const analyses =
      input.options['analysis'] === false ? [] : await analyseArms(arms, comparison.comparisons);
    const files = await writePages(input, comparison, analyses);
    return {
      value: { ...comparison, analyses: analyses.map(withoutValues), files },
      lines: [
        ...compareLines(comparison, { width: context.width, problems }),
        ...analyses.flatMap((analysis, at) => [
          line(''),
          ...analysisLines(comparison.comparisons[at], analysis, context.width),
        ]),
        ...(files.length > 0 ? [line(span(`written  ${files.join(', ')}`, 'dim'))] : []),
      ],
    };
  },
};

/** The Markdown and the HTML that were asked for. */
async function writePages(
  input: CommandInput,
  comparison: ArmsComparison,
  analyses: readonly ComparedAnalysis[],
): Promise<string[]> {
  const [md, html] = [textOption(input, 'md'), textOption(input, 'html')];
  if (md === undefined && html === undefined) return [];
  const [{ comparisonPage, pageMarkdown, measureTitles }, plots, { writeFileAtomically }] =
    await Promise.all([
      import('../../evaluation/index.js'),
      import('../../plots/index.js'),
      import('../../experiments/run/files.js'),
    ]);
  const page = comparisonPage(comparison, analyses);
  if (md !== undefined) await writeFileAtomically(md, pageMarkdown(page));
  if (html !== undefined) {
    const figures: Record<string, Figure> = {
      differences: plots.comparisonForest(comparison, measureTitles),
    };
    comparison.comparisons.forEach((own, at) => {
      const names: [string, string] = [own.first, own.second];
      figures[`outcomes-${at}`] = plots.comparisonFlow(own);
      if (own.kinds && own.kinds.length > 0)
        figures[`kinds-${at}`] = plots.kindsFigure(own.kinds, names);
      if (analyses.length > 0) {
        const { first, second } = analyses[at];
        figures[`lengths-${at}`] = plots.lengthsFigure(first, second, names);
      }
    });
    await writeFileAtomically(html, await plots.comparisonHtml(page, figures));
  }
  return [md, html].filter((file) => file !== undefined);
}

/** Without the single lengths, which are those of the rows. */
function withoutValues({ first, second, between }: ComparedAnalysis): unknown {
  const short = ({ lengths: { values: _values, ...lengths }, ...rest }: Analysis): unknown => ({
    ...rest,
    lengths,
  });
  return { first: short(first), second: short(second), between };
}

function confidenceOption(input: CommandInput): number {
  const value = numberOption(input, 'confidence', 0.95);
  if (value > 0 && value < 1) return value;
  throw usageError(`--confidence: a share between 0 and 1 is expected, got '${value}'.`);
}
