/** The reference page and the editors' schema, both generated from the one tree. */
import { environmentNames } from './layers.js';
import type { JsonSchema } from './tree.js';
import { expectedValue, listOptions, treeSchema } from './tree.js';

/** `docs/config.md`. */
export function configReference(): string {
  const root = treeSchema();
  const sections = Object.entries(root.properties ?? {})
    .filter(([, section]) => section.properties !== undefined)
    .map(([name, section]) => sectionPage(name, section));
  return `${introduction()}\n${sections.join('\n')}\n${environmentTable()}`;
}

/** `docs/config.schema.json`: point an editor's YAML support at it. */
export function configJsonSchema(): JsonSchema {
  const { $schema, properties, ...rest } = treeSchema();
  return {
    $schema,
    title: 'RLSF Workbench config',
    ...rest,
    // A file that extends another may leave required options to it.
    required: [],
    properties: {
      extends: {
        type: 'string',
        description:
          'Another config file, relative to this one, whose options hold unless given here.',
      },
      ...relaxed(properties ?? {}),
    },
  };
}

function relaxed(properties: Record<string, JsonSchema>): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(properties).map(([key, schema]) => [
      key,
      schema.properties
        ? { ...schema, required: [], properties: relaxed(schema.properties) }
        : schema,
    ]),
  );
}

function introduction(): string {
  return `# Config

<!-- Generated from src/experiments/config; do not edit. \`npm run docs\` writes it again. -->

One tree of options, in YAML or JSON. An unknown key is an error. A value is looked for in this
order, the last one found holds: the defaults below, the file that \`extends:\` names, the file
itself, the environment, \`--set section.key=value\`. Names that TRL has are TRL's, with TRL's
meaning; a default that differs from TRL's says so. A top-level \`description\` says what a file is
for. Keys of other projects (\`model_name\`, \`base_model\`, \`train.*\`, \`generation.*\`, …) are read as the
options they are here, with a note.

Editors complete and check a file that starts with
\`# yaml-language-server: $schema=../docs/config.schema.json\`.
`;
}

function sectionPage(name: string, section: JsonSchema): string {
  const rows = listOptions(section).map(({ path, schema }) => {
    const fallback =
      schema.default === undefined ? 'none' : `\`${JSON.stringify(schema.default)}\``;
    return `| \`${path}\` | ${cell(expectedValue(schema))} | ${cell(fallback)} | ${cell(schema.description ?? '')} |`;
  });
  return [
    `## \`${name}\``,
    '',
    section.description ?? '',
    '',
    '| Option | Takes | Default | What it does |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function environmentTable(): string {
  const rows = Object.entries(environmentNames).map(
    ([name, path]) => `| \`${name}\` | \`${path.replace('*', '<method>')}\` |`,
  );
  return [
    '## Environment',
    '',
    'A `.env` file in the working directory is read too; a variable of the shell wins over it.',
    '`RLSF_<SECTION>__<KEY>` sets any option: `RLSF_GRPO__LEARNING_RATE=1e-5`.',
    '',
    '`<method>` is what is to run (`rlsf train dpo`: `dpo`); its `batch_size` is `prompts_per_step` of grpo and',
    'ppo, else `per_device_train_batch_size`. `HF_TOKEN` (or `HUGGING_FACE_HUB_TOKEN`, `HF_WRITE_TOKEN`),',
    '`OPENAI_API_KEY` and `WANDB_API_KEY` are read where they are needed.',
    '',
    '| Variable | Option |',
    '| --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
