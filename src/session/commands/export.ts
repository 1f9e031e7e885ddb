import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { inputError, usageError } from '../../errors.js';
import type { Session } from '../session.js';
import { literal } from './code.js';
import { defineCommand } from './command.js';
import { differences, treeOf } from './config-values.js';
import { pathsAt } from './places.js';

export interface Exported {
  what: string;
  files: { file: string; rows: number | null }[];
}

const kinds = ['rollouts', 'dataset', 'adapter', 'config'] as const;

export const exportCommand = defineCommand({
  name: 'export',
  summary: 'the rollouts in hand, a data set of them in TRL’s formats, the adapter, or the config',
  group: 'session',
  input: {
    what: z
      .enum(kinds)
      .describe('rollouts (JSON lines), dataset (pairs, KTO, SFT), adapter (PEFT), config (YAML)'),
    to: z.string().describe('the file; of dataset and adapter the folder'),
    force: z.boolean().optional().describe('replace what is there'),
  },
  positional: ['what', 'to'],
  examples: [
    'export rollouts rollouts.jsonl',
    'export dataset data/mine',
    'export adapter adapters/mine',
    'export config mine.yaml',
  ],
  changes: false,
  complete: async (_, field, typed) => (field === 'to' ? pathsAt(typed) : []),
  async run(session, { what, to, force = false }): Promise<Exported> {
    if (!force && existsSync(to))
      throw inputError(`export: ${to} is there already. Name another, or replace it with --force.`);
    const files = await exporters[what](session, to);
    return { what, files };
  },
  code: ({ what, to }) =>
    what === 'adapter'
      ? `await saveAdapter(session.policy, ${literal(to)});`
      : what === 'rollouts'
        ? `writeJsonl(${literal(to)}, session.rollouts);`
        : '',
});

type Exporter = (session: Session, to: string) => Promise<Exported['files']>;

const exporters: Record<(typeof kinds)[number], Exporter> = {
  async rollouts({ rollouts }, to) {
    if (rollouts.length === 0) throw nothing('rollouts');
    const { writeJsonl } = await import('../../datasets/index.js');
    const { rows } = writeJsonl(to, rollouts);
    return [{ file: to, rows }];
  },
  async dataset({ rollouts, problems, name }, to) {
    const judged = rollouts.filter(({ verdict }) => verdict !== undefined);
    if (judged.length === 0) throw nothing('judged rollouts');
    const { buildPairs, buildSft, buildUnpaired, writeBuiltSets } =
      await import('../../datasets/index.js');
    const settings = { session: name, policies: [...new Set(judged.map((r) => r.modelRevision))] };
    const sets = {
      'pairs.jsonl': buildPairs(judged),
      'kto.jsonl': buildUnpaired(judged),
      'sft.jsonl': buildSft({ rollouts: judged, problems }),
    };
    const { files } = writeBuiltSets(to, sets, { settings });
    return Object.entries(files).map(([file, { rows }]) => ({ file: path.join(to, file), rows }));
  },
  async adapter({ policy }, to) {
    if (!policy.adapter)
      throw inputError(
        'export: expected a policy with an adapter, this one trains all weights. Set policy.use_peft true and open a session anew.',
      );
    const { saveAdapter } = await import('../../policy/index.js');
    await saveAdapter(policy, to);
    return [{ file: to, rows: null }];
  },
  async config({ config }, to) {
    if (!/\.(ya?ml|json)$/.test(to))
      throw usageError(`export: a config expects a name in .yaml or .json, got '${to}'.`);
    const [{ stringify }, { configTree }, { writeFileAtomically }] = await Promise.all([
      import('yaml'),
      import('../../experiments/config/schema.js'),
      import('../../experiments/run/files.js'),
    ]);
    const changed = treeOf(differences(config, configTree.parse({})));
    const text = to.endsWith('.json')
      ? `${JSON.stringify(changed, null, 2)}\n`
      : `# The settings of a session that differ from the defaults; docs/config.md has all.\n${stringify(changed)}`;
    await writeFileAtomically(to, text);
    return [{ file: to, rows: null }];
  },
};

function nothing(what: string): Error {
  return inputError(
    `export: expected ${what} in the session, there are none. Call sample and judge first.`,
  );
}
