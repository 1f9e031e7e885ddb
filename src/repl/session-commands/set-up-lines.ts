import type { Exported } from '../../session/commands/export.js';
import type { RewardInHand } from '../../session/commands/reward.js';
import type { ShownSetting } from '../../session/commands/set.js';
import type { PolicyInHand, TaskInHand } from '../../session/commands/set-up.js';
import type { PlotChoice } from '../../session/commands/plot.js';
import type { SessionHistory } from '../../session/history.js';
import type { StyledLine } from '../styled.js';
import { fitLine, line, padEnd, span } from '../styled.js';
import { countOf } from '../views/numbers.js';
import { namedRows } from './help-lines.js';
import { differenceLines } from '../views/difference-view.js';

export function policyLines({ policy, adapter, revision }: PolicyInHand): StyledLine[] {
  return [
    line(span(policy, 'title'), span(`  revision ${revision}`, 'dim')),
    ...(adapter === null ? [] : [line(`  adapter ${adapter}`)]),
  ];
}

export function taskLines({ task, summary, split, splits, problems }: TaskInHand): StyledLine[] {
  return [
    line(span(task, 'title'), span(`  ${summary}`, 'dim')),
    line(
      `  split ${split}, ${countOf(problems, 'problem')}`,
      span(`  of ${splits.join(', ')}`, 'dim'),
    ),
  ];
}

export function settingLines(settings: readonly ShownSetting[], width: number): StyledLine[] {
  if (settings.length === 0) return [line(span('All settings are the defaults.', 'dim'))];
  const keys = Math.max(...settings.map(({ key }) => key.length));
  return settings.map(({ key, value, default: usual }) =>
    fitLine(
      line(
        `${padEnd(key, keys)}  ${shown(value)}`,
        span(shown(value) === shown(usual) ? '  the default' : `  default ${shown(usual)}`, 'dim'),
      ),
      width,
    ),
  );
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function rewardLines(reward: RewardInHand, width: number): StyledLine[] {
  const { rewards, difference, edit } = reward;
  if (edit !== null)
    return [line(`${edit}`, span('  change it, then score by it: reward ', 'dim'), edit)];
  const sum = rewards.map(({ name, weight }) => (weight === 1 ? name : `${weight} × ${name}`));
  return [
    line(span('reward  ', 'dim'), span(sum.join(' + '), 'title')),
    ...(difference === null ? [] : [line(''), ...differenceLines(difference, width)]),
  ];
}

export function historyLines({ entries, cursor }: SessionHistory): StyledLine[] {
  return entries.map(({ act, at }, index) =>
    line(
      span(index === cursor ? '▸ ' : '  ', 'accent'),
      span(padEnd(act, 12), index > cursor ? 'dim' : 'plain'),
      span(`${localTime(at)}${index > cursor ? '  taken back' : ''}`, 'dim'),
    ),
  );
}

/** `2026-11-22 10:05:07` where the reader is. */
function localTime(at: string): string {
  const time = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  return `${day} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')}`;
}

export function plotChoiceLines(choices: readonly PlotChoice[], width: number): StyledLine[] {
  const names = Math.max(...choices.map(({ name }) => name.length));
  return choices.flatMap(({ name, summary, needs }) =>
    namedRows(`${padEnd(name, names)}  `, `${summary}; needs ${needs}`, width),
  );
}

export function exportedLines({ files }: Exported): StyledLine[] {
  return files.map(({ file, rows }) =>
    line(
      span('written ', 'dim'),
      file,
      span(rows === null ? '' : `  ${countOf(rows, 'row')}`, 'dim'),
    ),
  );
}
