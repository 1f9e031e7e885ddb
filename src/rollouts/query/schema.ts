import { diagnosticColumns, rewardColumns, rolloutColumns, type IndexColumn } from './columns.js';

export interface IndexTable {
  name: string;
  about: string;
  columns: { name: string; type: string; about: string }[];
}

const logFile: Pick<IndexColumn, 'name' | 'type' | 'about'> = {
  name: 'log_file',
  type: 'VARCHAR',
  about: 'the log, as it was named',
};

/** The tables of the index and their columns. */
export function indexTables(): IndexTable[] {
  return [
    { name: 'rollouts', about: 'one row per rollout', columns: columnsOf(rolloutColumns) },
    {
      name: 'rewards',
      about: 'one row per reward of a rollout',
      columns: columnsOf(rewardColumns),
    },
    {
      name: 'diagnostics',
      about: 'one row per finding of a rollout',
      columns: columnsOf(diagnosticColumns),
    },
    {
      name: 'metrics',
      about: "one row per step of the run's metrics.jsonl, where it has one",
      columns: [
        logFile,
        { name: 'run', type: 'VARCHAR', about: 'name of the run folder' },
        { name: 'step', type: 'INTEGER', about: '' },
        {
          name: '…',
          type: 'DOUBLE',
          about: 'a column per metric: "rewards/<name>/mean" in quotes',
        },
      ],
    },
  ];
}

function columnsOf(columns: readonly IndexColumn[]): IndexTable['columns'] {
  return [logFile, ...columns].map(({ name, type, about }) => ({ name, type, about }));
}
