import { inputError } from '../../errors.js';
import { languages as languageEndings } from '../../records.js';
import type { AnswerFormat, ChatMessage, Language, ProgramTests } from '../../records.js';
import { dataSet } from '../data-set.js';
import type { Fields } from '../files/fields.js';
import { readTests } from '../own/tests.js';

interface Row {
  id: string;
  prompt: string | ChatMessage[];
  language: Language;
  tests: ProgramTests | null;
  answer: string | null;
  answerFormat: AnswerFormat;
  reference: string | null;
  columns: Record<string, unknown>;
}

const all = Object.keys(languageEndings) as Language[];
const used = [
  'id', 'prompt', 'messages', 'completion', 'label', 'language', 'tests', 'answer', 'ground_truth',
  'answer_format', 'reference',
]; // prettier-ignore

/**
 * Rows in TRL's formats: `prompt` (text or messages), with `completion`, with `chosen` and `rejected`,
 * with `label`, or `messages`. What judges them stands beside: `tests` or `answer`. Other columns are
 * handed through to rewards.
 */
export const jsonl = dataSet<Row>({
  name: 'jsonl',
  summary: 'Your own rows in TRL’s formats, JSON lines or Parquet, with tests or answers beside.',
  source: {
    splits: {
      train: /^(.*\/)?train[^/]*$/i,
      validation: /^(.*\/)?valid(ation)?[^/]*$/i,
      test: /^(.*\/)?test[^/]*$/i,
      all: /^[^/]+$/,
    },
    hub: null,
    files: 'JSON lines, JSON, CSV or Parquet with a column `prompt`',
  },
  languages: ['text', ...all.filter((language) => language !== 'text')],
  promptFormats: [{ name: 'as-is', summary: 'the row’s own prompt', stop: [] }],
  read(row, { language: asked, split, index }) {
    const language = languageOf(row, asked);
    const { prompt, reply } = promptOf(row);
    const tests = row.has('tests') ? testsOf(row) : null;
    const answer = language === 'text' ? answerOf(row) : null;
    const given = row.value['id'];
    const isJudged = tests !== null || answer !== null;
    return {
      id:
        typeof given === 'string' || typeof given === 'number'
          ? String(given)
          : `jsonl/${split}/${index}`,
      prompt,
      language,
      tests: language === 'text' ? null : (tests ?? untested),
      answer,
      answerFormat: formatOf(row),
      reference: row.optionalText('reference') ?? (isJudged ? reply : null),
      columns: Object.fromEntries(
        Object.entries(row.value).filter(([name]) => !used.includes(name)),
      ),
    };
  },
  problem: ({ prompt, language, tests, answer, answerFormat, reference, columns }) => ({
    prompt,
    language,
    ...(tests !== null && { tests }),
    ...(answer !== null && { answer, answerFormat }),
    ...(reference !== null && { reference }),
    columns,
  }),
  notes(_, rows) {
    const unjudged = rows.filter(({ tests, answer }) => tests === null && answer === null).length;
    return unjudged === 0
      ? []
      : [
          `${unjudged} of ${rows.length} rows have neither tests nor an answer: a reward of your own must score them.`,
        ];
  },
});

/** A program without tests is compiled. */
const untested: ProgramTests = {
  includes: '',
  prefix: '',
  suffix: '',
  cases: [],
  compileOnly: true,
};

function languageOf(row: Fields, asked: Language): Language {
  const given = row.optionalText('language');
  if (given === null) return asked;
  const found = all.find((language) => language === given);
  if (found) return found;
  throw inputError(`expected the column 'language' to be ${all.join(', ')}, got '${given}'.`);
}

/** The prompt, and what the row holds as the good reply. */
function promptOf(row: Fields): { prompt: string | ChatMessage[]; reply: string | null } {
  if (row.has('prompt')) {
    const prompt = row.value['prompt'];
    const isBad = row.value['label'] === false || row.value['label'] === 0;
    const reply = row.value['completion'] ?? row.value['chosen'];
    return {
      prompt: typeof prompt === 'string' ? prompt : messages(prompt, 'prompt'),
      reply: isBad ? null : replyText(reply),
    };
  }
  if (row.has('messages')) {
    const whole = messages(row.json('messages'), 'messages');
    const last = whole.at(-1);
    if (last?.role !== 'assistant') return { prompt: whole, reply: null };
    return { prompt: whole.slice(0, -1), reply: last.content };
  }
  if (row.has('text') || row.has('chosen'))
    throw inputError(
      "it has no prompt of its own, which a task needs. Rows of 'text', and of 'chosen' with the prompt inside, are for training, not for sampling.",
    );
  row.text('prompt');
  throw inputError("expected the column 'prompt'.");
}

function replyText(reply: unknown): string | null {
  if (typeof reply === 'string') return reply;
  return Array.isArray(reply) ? (messages(reply, 'completion').at(-1)?.content ?? null) : null;
}

function messages(value: unknown, column: string): ChatMessage[] {
  const isMessage = (each: unknown): each is ChatMessage =>
    typeof each === 'object' &&
    each !== null &&
    'role' in each &&
    'content' in each &&
    typeof each.content === 'string' &&
    ['system', 'user', 'assistant'].includes(String(each.role));
  if (Array.isArray(value) && value.length > 0 && value.every(isMessage))
    return value.map(({ role, content }) => ({ role, content }));
  throw inputError(
    `expected the column '${column}' to be text or a list of {role: system | user | assistant, content}.`,
  );
}

/** Tests as `rlsf judge --tests` takes them, or a list of assertions. */
function testsOf(row: Fields): ProgramTests {
  const found = row.json('tests');
  if (Array.isArray(found) && found.every((each) => typeof each === 'string'))
    return { includes: '', prefix: '', suffix: '', cases: found.map((assert) => ({ assert })) };
  return readTests("the column 'tests'", found);
}

function answerOf(row: Fields): string | null {
  const found = row.value['answer'] ?? row.value['ground_truth'];
  if (found === undefined || found === null) return null;
  if (typeof found === 'number' || typeof found === 'string') return String(found);
  throw inputError(`expected the column 'answer' to be a number or a text, got ${typeof found}.`);
}

function formatOf(row: Fields): AnswerFormat {
  const found = row.optionalText('answer_format') ?? 'gsm8k';
  if (found === 'gsm8k' || found === 'final') return found;
  throw inputError(`expected the column 'answer_format' to be gsm8k or final, got '${found}'.`);
}
