/**
 * The columns of the index, as data: what a rollout's JSON is read as, how each column is made from
 * it, and what it means (`rlsf query --schema`). Names are the record's in snake_case; `group` and
 * `column` are words of SQL and are called `group_index` and `source_column`.
 */

/** Raised with any change of what a segment holds: segments of another number are made again. */
export const indexVersion = 2;

export interface IndexColumn {
  name: string;
  /** DuckDB's name of it. */
  type: string;
  /** The expression over the record's JSON; without one it is added where the table is made. */
  from: string;
  about: string;
}

/** As much of a record as the index holds; the rest of its JSON is skipped. */
export const recordTypes: Readonly<Record<string, string>> = {
  version: 'INTEGER',
  id: 'VARCHAR',
  run: 'VARCHAR',
  step: 'INTEGER',
  problemId: 'VARCHAR',
  task: 'VARCHAR',
  group: 'INTEGER',
  sample: 'INTEGER',
  promptHash: 'VARCHAR',
  prompt: 'VARCHAR',
  completion: 'VARCHAR',
  promptIds: 'INTEGER[]',
  completionIds: 'INTEGER[]',
  logprobs: 'DOUBLE[]',
  finishReason: 'VARCHAR',
  sampling: 'STRUCT(temperature DOUBLE)',
  modelRevision: 'VARCHAR',
  columns: 'JSON',
  verdict:
    'STRUCT(outcome VARCHAR, testsPassed INTEGER, testsTotal INTEGER, prediction VARCHAR, ' +
    'groundTruth VARCHAR, correct BOOLEAN, formatOk BOOLEAN, stages STRUCT(durationMs DOUBLE)[], ' +
    'toolchain VARCHAR, isolation VARCHAR, fromCache BOOLEAN, retried BOOLEAN, ' +
    'diagnostics STRUCT(tool VARCHAR, severity VARCHAR, kind VARCHAR, message VARCHAR, ' +
    '"option" VARCHAR, "position" STRUCT(line INTEGER, "column" INTEGER), ' +
    'span STRUCT("start" INTEGER, "end" INTEGER, "precision" VARCHAR, reason VARCHAR))[])',
  rewards: 'STRUCT(name VARCHAR, weight DOUBLE, score DOUBLE, log JSON)[]',
  reward: 'DOUBLE',
  advantages: 'STRUCT(scheme VARCHAR, "sequence" DOUBLE)',
  update: 'STRUCT(countedTokens INTEGER, clippedTokens INTEGER)',
};

const column = (name: string, type: string, from: string, about: string): IndexColumn => ({
  name,
  type,
  from,
  about,
});

/** The table `rollouts`: one row per record. */
export const rolloutColumns: readonly IndexColumn[] = [
  column('log_line', 'BIGINT', '', 'line of the log, from 1'),
  column(
    'id',
    'VARCHAR',
    "CASE WHEN version = 1 THEN id ELSE error('version') END",
    'run/step/group/sample',
  ),
  column('run', 'VARCHAR', 'run', 'name of the run'),
  column('step', 'INTEGER', 'step', 'step of the training'),
  column('problem_id', 'VARCHAR', 'problemId', 'the problem'),
  column('task', 'VARCHAR', 'task', 'its task'),
  column('group_index', 'INTEGER', '"group"', 'the group in the step'),
  column('sample', 'INTEGER', 'sample', 'the completion in the group'),
  column('outcome', 'VARCHAR', 'verdict.outcome', 'verdict; null: not judged'),
  column('reward', 'DOUBLE', 'reward', 'weighted sum; null: unscorable or not scored'),
  column('advantage', 'DOUBLE', 'advantages."sequence"', 'of the whole completion'),
  column('advantage_scheme', 'VARCHAR', 'advantages.scheme', 'how it was made'),
  column('counted_tokens', 'INTEGER', '"update".countedTokens', 'in the loss, once an update'),
  column('clipped_tokens', 'INTEGER', '"update".clippedTokens', 'of these, held back by the clip'),
  column('tests_passed', 'INTEGER', 'verdict.testsPassed', ''),
  column('tests_total', 'INTEGER', 'verdict.testsTotal', ''),
  column('correct', 'BOOLEAN', 'verdict.correct', ''),
  column('format_ok', 'BOOLEAN', 'verdict.formatOk', 'answers: stated as asked for'),
  column('prediction', 'VARCHAR', 'verdict.prediction', 'answers: what was found'),
  column('ground_truth', 'VARCHAR', 'verdict.groundTruth', 'answers: the gold one'),
  column(
    'errors',
    'INTEGER',
    "len(list_filter(verdict.diagnostics, lambda d : d.severity = 'error'))",
    'findings that are errors',
  ),
  column(
    'warnings',
    'INTEGER',
    "len(list_filter(verdict.diagnostics, lambda d : d.severity = 'warning'))",
    'findings that are warnings',
  ),
  column('completion_tokens', 'INTEGER', 'len(completionIds)', 'the end token included'),
  column('prompt_tokens', 'INTEGER', 'len(promptIds)', ''),
  column('mean_logprob', 'DOUBLE', 'list_avg(logprobs)', 'over the completion tokens'),
  column('finish_reason', 'VARCHAR', 'finishReason', 'stop, length or cancelled'),
  column('temperature', 'DOUBLE', 'sampling.temperature', 'of the sampling'),
  column(
    'judge_ms',
    'DOUBLE',
    'list_sum(list_transform(verdict.stages, lambda s : s.durationMs))',
    'compile, run and check; of a cached verdict when it was made',
  ),
  column('from_cache', 'BOOLEAN', 'verdict.fromCache', 'the verdict was known'),
  column('retried', 'BOOLEAN', 'verdict.retried', 'judged alone after a time-out'),
  column('toolchain', 'VARCHAR', 'verdict.toolchain', ''),
  column('isolation', 'VARCHAR', 'verdict.isolation', ''),
  column('model_revision', 'VARCHAR', 'modelRevision', 'weights it was sampled from'),
  column('prompt_hash', 'VARCHAR', 'promptHash', ''),
  column('prompt', 'VARCHAR', 'prompt', ''),
  column('completion', 'VARCHAR', 'completion', ''),
  column('columns', 'JSON', 'columns', "the problem's own: columns->>'family'"),
];

/** Lists that a segment keeps beside the columns of `rollouts`; the other tables are made of them. */
export const listColumns: readonly IndexColumn[] = [
  column('rewards', recordTypes['rewards'], 'rewards', ''),
  column(
    'diagnostics',
    'STRUCT(tool VARCHAR, severity VARCHAR, kind VARCHAR, message VARCHAR, "option" VARCHAR, "position" STRUCT(line INTEGER, "column" INTEGER), span STRUCT("start" INTEGER, "end" INTEGER, "precision" VARCHAR, reason VARCHAR))[]',
    'verdict.diagnostics',
    '',
  ),
];

const owner: readonly IndexColumn[] = ['id', 'run', 'step', 'problem_id'].map((name) => {
  const { type, about } = rolloutColumns.find((each) => each.name === name)!;
  return { name, type, from: name, about };
});

/** The table `rewards`: one row per reward result. */
export const rewardColumns: readonly IndexColumn[] = [
  ...owner,
  column('name', 'VARCHAR', 'r.name', 'the reward function'),
  column('weight', 'DOUBLE', 'r.weight', ''),
  column('score', 'DOUBLE', 'r.score', 'null: unscorable'),
  column('log', 'JSON', 'r.log', "its own fields: log->>'findings'"),
];

/** The table `diagnostics`: one row per finding. */
export const diagnosticColumns: readonly IndexColumn[] = [
  ...owner,
  column('diagnostic_index', 'INTEGER', 'i', 'its place in the verdict, from 0'),
  column('tool', 'VARCHAR', 'd.tool', 'g++, asan, ubsan, python, …'),
  column('severity', 'VARCHAR', 'd.severity', 'error, warning or note'),
  column('kind', 'VARCHAR', 'd.kind', 'heap-buffer-overflow, -Wunused-variable, …'),
  column('message', 'VARCHAR', 'd.message', ''),
  column('option', 'VARCHAR', 'd."option"', 'the compiler option behind it'),
  column('source_line', 'INTEGER', 'd."position".line', 'in the judged file, from 1'),
  column('source_column', 'INTEGER', 'd."position"."column"', 'byte column, from 1'),
  column('span_start', 'INTEGER', 'd.span."start"', 'byte of the completion'),
  column('span_end', 'INTEGER', 'd.span."end"', 'just behind the last byte'),
  column('precision', 'VARCHAR', 'd.span."precision"', 'span, line or none'),
  column('reason', 'VARCHAR', 'd.span.reason', 'why it has no place in the completion'),
];
