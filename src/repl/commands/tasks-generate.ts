import { usageError } from '../../errors.js';
import type { GeneratedSet, GenerationFormat } from '../../datasets/index.js';
import { nearest } from '../nearest.js';
import { line, padStart, span } from '../styled.js';
import type { StyledLine } from '../styled.js';
import type { Command, CommandInput } from './command.js';
import { dashed, listOption, numberOption, textOption, wholeOption } from './command.js';
import { judgePlaceOptions, openCommandJudge } from './judge-place.js';

export const tasksGenerateCommand: Command = {
  name: 'tasks generate',
  summary: 'new C++ problems by a large model, each proven by the judge (docs/generate.md)',
  options: [
    { flags: '-n, --n <count>', summary: 'proven problems wanted (default: 50)' },
    { flags: '--model <name>', summary: 'the model, as the server calls it' },
    {
      flags: '--base-url <url>',
      summary: 'a server with the API of OpenAI (default: OPENAI_BASE_URL, else OpenAI’s own)',
    },
    {
      flags: '--output <folder>',
      summary: 'where the files are, or will be; called again, goes on (default: data/generated)',
    },
    { flags: '--topics <file>', summary: 'one topic a line (default: some two dozen)' },
    { flags: '--seed <seed>', summary: 'of topics and variations (default: 0)' },
    {
      flags: '--max-requests <count>',
      summary: 'requests sent at most, all calls together (default: 3 times n)',
    },
    {
      flags: '--max-tokens-total <count>',
      summary: 'tokens of prompts and answers at most, all calls together (default: no limit)',
    },
    { flags: '--max-tokens <count>', summary: 'tokens of one answer (default: 4096)' },
    { flags: '--requests-per-minute <count>', summary: 'evenly spaced (default: 60)' },
    { flags: '--concurrency <count>', summary: 'requests at once (default: 4)' },
    { flags: '--temperature <t>', summary: 'sampling temperature (default: 1)' },
    { flags: '--timeout <seconds>', summary: 'for one answer (default: 180)' },
    {
      flags: '--against <path...>',
      summary: 'folders or files of problems that must not be repeated',
      many: true,
    },
    {
      flags: '--duplicate-threshold <share>',
      summary: 'likeness from which two problems are one (default: 0.6)',
    },
    { flags: '--mutants <count>', summary: 'mutants judged per problem (default: 16)' },
    {
      flags: '--min-mutation-score <share>',
      summary: 'share of the mutants that the tests must see (default: 0.6)',
    },
    { flags: '--format <name...>', summary: 'further files: multipl-e', many: true },
    ...judgePlaceOptions,
  ],
  examples: [
    'rlsf tasks generate -n 50 --model gpt-4.1-mini --max-tokens-total 400000',
    'rlsf tasks generate -n 20 --model qwen2.5-coder --base-url http://localhost:11434/v1 --output data/own',
  ],
  async run(input, context) {
    const model = textOption(input, 'model');
    if (model === undefined)
      throw usageError(
        'rlsf tasks generate: --model: expected the name of a model of the server, got none.',
      );
    const folder = textOption(input, 'output') ?? 'data/generated';
    const { generateProblems, generationFormats, readTopics } =
      await import('../../datasets/index.js');
    const topics = textOption(input, 'topics');
    const number = (name: string): number | undefined =>
      input.options[name] === undefined ? undefined : numberOption(input, name, 0);
    const whole = (name: string, least = 1): number | undefined =>
      input.options[name] === undefined ? undefined : wholeOption(input, name, 0, least);
    const n = wholeOption(input, 'n', 50, 1);
    const seconds = number('timeout');
    if (seconds !== undefined && !(seconds > 0 && seconds <= 300))
      throw usageError(
        `--${dashed('timeout')}: seconds above 0 up to 300 are expected, got ${seconds}.`,
      );
    const options = {
      folder,
      n,
      model,
      baseUrl: textOption(input, 'baseUrl'),
      ...(topics !== undefined && { topics: await readTopics(topics) }),
      seed: wholeOption(input, 'seed', 0),
      temperature: number('temperature'),
      maxTokens: whole('maxTokens'),
      maxRequests: whole('maxRequests'),
      maxTokensTotal: whole('maxTokensTotal'),
      requestsPerMinute: number('requestsPerMinute'),
      concurrency: whole('concurrency'),
      ...(seconds !== undefined && { timeoutMs: Math.ceil(seconds * 1000) }),
      against: listOption(input, 'against'),
      duplicateThreshold: number('duplicateThreshold'),
      mutants: whole('mutants', 0),
      minMutationScore: number('minMutationScore'),
      formats: formatsOf(input, generationFormats),
      signal: context.signal,
    };
    const judge = await openCommandJudge(input, context, { languages: ['cpp'] });
    try {
      const set = await generateProblems(judge, {
        ...options,
        onProgress: ({ problems, wanted, answers, spent }) => {
          if (!context.json)
            context.note(
              `${problems} of ${wanted} problems from ${answers} answers, ${spent.requests} requests, ${spent.tokens} tokens`,
            );
        },
      });
      const { manifest } = set;
      return {
        value: { folder, ...manifest },
        lines: resultLines(set),
        exitCode: manifest.counts.problems === 0 ? 1 : 0,
      };
    } finally {
      await judge.close();
    }
  },
};

function formatsOf(input: CommandInput, known: readonly GenerationFormat[]): GenerationFormat[] {
  return listOption(input, 'format').map((given) => {
    const found = known.find((name) => name === given);
    if (found) return found;
    throw usageError(
      `--format: expected ${known.join(', ')}, got '${given}'. Did you mean '${nearest(given, known)}'?`,
    );
  });
}

function resultLines({ folder, manifest }: GeneratedSet): StyledLine[] {
  const { counts, mutation, spent, wanted, ended } = manifest;
  const row = (count: number, text: string, detail = ''): StyledLine =>
    line(padStart(String(count), 7), `  ${text}`, span(detail, 'dim'));
  const cost = spent.cost === null ? '' : `, cost ${spent.cost.toFixed(4)} as the server says`;
  const path = /[/\\]/.test(folder) ? folder : `./${folder}`;
  return [
    line(span(folder, 'title')),
    row(counts.problems, `of ${wanted} problems wanted`, ended === 'complete' ? '' : `  ${ended}`),
    row(counts.pairs, 'pairs', listed(counts.pairs_dropped)),
    row(counts.asked - counts.problems, 'answers refused', listed(counts.rejected)),
    ...(mutation.score === null
      ? []
      : [
          line(
            `the tests fail on ${mutation.killed} of ${mutation.compiled} mutants (${(100 * mutation.score).toFixed(0)} %)`,
          ),
        ]),
    line(`${spent.requests} requests, ${spent.tokens} tokens${cost}, all calls together`),
    ...(spent.refused > 0
      ? [
          line(
            span(
              `${spent.refused} ${spent.refused === 1 ? 'try' : 'tries'} came to nothing; the last: ${spent.last_refusal}`,
              'dim',
            ),
          ),
        ]
      : []),
    ...(ended.startsWith('budget')
      ? [
          line(
            span(
              `The ${ended} is used: what is there can be used as it is. For more: the same command with a higher ${ended.endsWith('tokens') ? '--max-tokens-total' : '--max-requests'}.`,
              'dim',
            ),
          ),
        ]
      : []),
    ...(counts.problems > 0 ? [line(span(`  look at them: rlsf tasks show ${path}`, 'dim'))] : []),
  ];
}

function listed(reasons: Record<string, number>): string {
  const all = Object.entries(reasons).map(([reason, count]) => `${count} ${reason}`);
  return all.length > 0 ? `  ${all.join(', ')}` : '';
}
