import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { inputError, usageError } from '../../errors.js';
import { visibleText } from '../../plots/visible.js';
import type { Rollout } from '../../records.js';
import type { HeatKind, Inspection } from '../../rollouts/index.js';
import { nearest } from '../nearest.js';
import type { StyledLine } from '../styled.js';
import { line, span } from '../styled.js';
import { inspectionsView } from '../views/inspection-view.js';
import type { Command, CommandInput, CommandOption } from './command.js';
import { textOption } from './command.js';

const heatKinds: readonly HeatKind[] = ['advantage', 'reward', 'findings', 'logprob'];

export const htmlOption: CommandOption = {
  flags: '--html <file>',
  summary: 'also write it as a page: source, heat map, findings with their stacks, tests, stages',
};

export const inspectCommand: Command = {
  name: 'inspect',
  summary: 'a stored rollout or its group: source, findings with stacks, tokens as a heat map',
  arguments: [
    {
      name: 'rollouts',
      summary:
        'a run folder or rollouts.jsonl, then # and an id: step/group/sample, or step/group for the group',
    },
  ],
  options: [
    {
      flags: '--heat <what>',
      summary: `what colours the tokens: ${heatKinds.join(', ')} (default: the first there is)`,
    },
    htmlOption,
  ],
  examples: [
    'rlsf inspect runs/tour#3/0/2',
    'rlsf inspect runs/tour/rollouts.jsonl#3/0 --html group.html',
    'rlsf inspect runs/tour#3/0/2 --heat logprob --json',
  ],
  async run(input, context) {
    const heat = heatOption(input);
    const page = htmlFile(input, 'inspect');
    const { rollouts, isGroup } = await findRollouts(input.arguments['rollouts'] ?? '');
    const { inspectRollouts } = await import('../../rollouts/index.js');
    const inspections = inspectRollouts(rollouts, heat === undefined ? {} : { heat });
    const [first] = inspections;
    const written = page === null ? [] : await writeInspectionPage(page, inspections);
    if (context.json) written.forEach((each) => context.note(each.map((s) => s.text).join('')));
    const title = isGroup ? groupOf(rollouts[0].id) : first.title;
    return {
      value: isGroup ? inspections : first,
      lines: [
        line(
          span(visibleText(title), 'title'),
          span(`  ${visibleText(first.problemId ?? '')}`, 'dim'),
        ),
        ...inspectionsView(inspections, { width: context.width }),
        ...written,
      ],
    };
  },
};

/** Writes the page of `--html` and says where: half a page is never left behind. */
export async function writeInspectionPage(
  file: string,
  inspections: readonly Inspection[],
): Promise<StyledLine[]> {
  const { inspectionHtml } = await import('../../plots/index.js');
  const { writeFileAtomically } = await import('../../experiments/run/files.js');
  try {
    await writeFileAtomically(file, inspectionHtml(inspections, { page: true }));
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw inputError(`--html ${file}: the page cannot be written there (${code}).`, { cause });
  }
  return [line(span('written ', 'dim'), file)];
}

/** The file of `--html`, `null` without it. */
export function htmlFile(input: CommandInput, command: string): string | null {
  const file = textOption(input, 'html');
  if (file === undefined) return null;
  if (/\.html?$/i.test(file)) return file;
  throw usageError(`rlsf ${command}: --html expects a name ending in .html, got '${file}'.`);
}

function heatOption(input: CommandInput): HeatKind | undefined {
  const given = textOption(input, 'heat');
  const found = heatKinds.find((kind) => kind === given);
  if (given === undefined || found) return found;
  throw usageError(
    `rlsf inspect: --heat expects ${heatKinds.join(', ')}, got '${given}'. Did you mean '${nearest(given, heatKinds)}'?`,
  );
}

async function findRollouts(given: string): Promise<{ rollouts: Rollout[]; isGroup: boolean }> {
  const at = given.lastIndexOf('#');
  const file = rolloutsFile(at < 0 ? given : given.slice(0, at));
  const id = at < 0 ? '' : given.slice(at + 1);
  const { readRollouts } = await import('../../rollouts/index.js');
  const ids: string[] = [];
  const rollouts: Rollout[] = [];
  const group: Rollout[] = [];
  for (const rollout of readRollouts(file)) {
    ids.push(shortId(rollout.id));
    if (rollout.id === id || shortId(rollout.id) === id) rollouts.push(rollout);
    else if (groupOf(rollout.id) === id || groupOf(shortId(rollout.id)) === id) group.push(rollout);
  }
  if (rollouts.length > 0) return { rollouts, isGroup: rollouts.length > 1 };
  if (group.length > 0) return { rollouts: group, isGroup: true };
  if (ids.length === 0) throw inputError(`${file}: there is no rollout in it yet.`);
  if (id === '')
    throw inputError(
      `${file}: expected # and an id behind it, such as #${ids[0]} for a rollout or #${groupOf(ids[0])} for its group; there are ${ids.length} rollouts.`,
    );
  throw inputError(
    `${file}: there is no rollout '${id}' among its ${ids.length}. Did you mean '${nearest(id, ids)}'? An id is step/group/sample.`,
  );
}

/** The rollouts of a run folder, or the file itself. */
export function rolloutsFile(place: string): string {
  const file =
    existsSync(place) && statSync(place).isDirectory() ? path.join(place, 'rollouts.jsonl') : place;
  if (existsSync(file)) return file;
  throw inputError(
    `${file}: expected a run folder or a rollouts.jsonl, there is no such file. Run folders lie in runs/.`,
  );
}

/** `step/group/sample`: a run's name may hold slashes, the last three parts may not. */
function shortId(id: string): string {
  return id.split('/').slice(-3).join('/');
}

function groupOf(id: string): string {
  return id.split('/').slice(0, -1).join('/');
}
