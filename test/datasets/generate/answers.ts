import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** One answer of `answers/`: what a model might write, and what should become of it. */
export interface RecordedAnswer {
  file: string;
  about: string;
  expect: string;
  /** The object it holds, or `text` as it stands. */
  answer: Record<string, unknown> | null;
  text?: string;
  before?: string;
  after?: string;
  cutAt?: number;
  finishReason?: string;
}

const folder = path.join(import.meta.dirname, 'answers');

export function recordedAnswers(): RecordedAnswer[] {
  return readdirSync(folder)
    .sort()
    .map((file) => ({
      ...(JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as RecordedAnswer),
      file: path.basename(file, '.json'),
    }));
}

export function recordedAnswer(file: string): RecordedAnswer {
  const found = recordedAnswers().find((answer) => answer.file === file);
  if (found === undefined) throw new Error(`no answer ${file}`);
  return found;
}

/** The text that the server sends. */
export function contentOf({
  answer,
  text,
  before = '',
  after = '',
  cutAt,
}: RecordedAnswer): string {
  const whole = `${before}${text ?? JSON.stringify(answer, null, 2)}${after}`;
  return cutAt === undefined ? whole : whole.slice(0, cutAt);
}
