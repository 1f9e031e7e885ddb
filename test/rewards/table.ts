import { builtInRewards } from '../../src/rewards/index.js';
import { expectedOption, optionSchemas } from '../../src/rewards/option-words.js';

/** The table of docs/rewards.md, from the registry. */
export function rewardTable(): string {
  const rows = Object.entries(builtInRewards).flatMap(([name, { summary, options }]) => {
    const schemas = Object.entries(optionSchemas(options));
    const own = schemas.map(([key, schema]) => {
      const fallback = schema.default === undefined ? '' : `\`${JSON.stringify(schema.default)}\``;
      const isNeeded =
        schema.default === undefined && !options.shape[key].safeParse(undefined).success;
      return `| | \`${key}\` | ${expectedOption(schema)} | ${isNeeded ? 'must be given' : fallback} | ${schema.description ?? ''} |`;
    });
    return [`| \`${name}\` | | | | ${summary} |`, ...own];
  });
  return [
    '| Reward | Option | Takes | Default | |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
