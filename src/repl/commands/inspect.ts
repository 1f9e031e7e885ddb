import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { inputError } from '../../errors.js';
import { nearest } from '../nearest.js';
import { line, span } from '../styled.js';
import { groupView } from '../views/group-view.js';
import { rolloutView } from '../views/rollout-view.js';
import type { Command } from './command.js';

export const inspectCommand: Command = {
  name: 'inspect',
  summary: 'one stored rollout (or its group): source, findings, tokens reached',
  arguments: [
    {
      name: 'rollouts',
      summary:
        'a run folder or rollouts.jsonl, then # and an id: step/group/sample, or step/group for the group',
    },
  ],
  examples: ['rlsf inspect runs/tour#3/0/2', 'rlsf inspect runs/tour/rollouts.jsonl#3/0'],
  async run(input, context) {
    const given = input.arguments['rollouts'] ?? '';
    const [place, id = ''] = splitAtHash(given);
    const file = rolloutsFile(place);
    const { reachedTokens, readRollouts } = await import('../../rollouts/index.js');
    const rollouts = [...readRollouts(file)];
    const found = rollouts.filter(
      (rollout) => rollout.id === id || shortId(rollout.id) === id || groupId(rollout.id) === id,
    );
    if (found.length === 0)
      throw inputError(
        rollouts.length === 0
          ? `${file}: there is no rollout in it yet.`
          : `${file}: there is no rollout '${id}' among its ${rollouts.length}. Did you mean '${nearest(
              id,
              rollouts.map((r) => shortId(r.id)),
            )}'? An id is step/group/sample.`,
      );
    const { width } = context;
    if (found.length > 1) {
      const members = found.map((rollout) => ({ rollout, findings: reachedTokens(rollout) }));
      return {
        value: found,
        lines: groupView(found[0].prompt, members, { width, sources: found.length }),
      };
    }
    const [rollout] = found;
    return {
      value: rollout,
      lines: [
        line(span(rollout.id, 'title'), span(`  ${rollout.problemId}`, 'dim')),
        ...rollout.prompt.split('\n').map((row) => line(span(`  ${row}`, 'accent'))),
        ...rolloutView(rollout, reachedTokens(rollout), { width, maxSourceLines: 200 }),
      ],
    };
  },
};

function splitAtHash(given: string): string[] {
  const at = given.lastIndexOf('#');
  return at < 0 ? [given] : [given.slice(0, at), given.slice(at + 1)];
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

function groupId(id: string): string {
  return id.split('/').slice(-3, -1).join('/');
}
