import { inputError } from '../../errors.js';
import { dataSet } from '../data-set.js';

interface Row {
  id: string;
  question: string;
  /** The worked solution without its last line. */
  steps: string;
  answer: string;
}

const system =
  'You are a helpful assistant. Solve the problem.\nShow your reasoning briefly.\nAt the end, output exactly one line in this format:\nFinal: <number>\nDo not write anything after the Final line.';

const nextQuestion = ['\nQuestion:', 'Question:'];

/** Grade-school maths (Cobbe et al. 2021, arXiv:2110.14168): worked solutions that end in `#### 72`. */
export const gsm8k = dataSet<Row>({
  name: 'gsm8k',
  summary: 'Grade-school word problems with worked answers: 7,473 to train on, 1,319 to test.',
  source: {
    splits: {
      train: /^(main\/)?train(?!_socratic)[^/]*$/,
      test: /^(main\/)?test(?!_socratic)[^/]*$/,
    },
    hub: 'openai/gsm8k',
    files:
      'train.jsonl and test.jsonl of github.com/openai/grade-school-math (grade_school_math/data)',
  },
  languages: ['text'],
  promptFormats: [
    {
      name: 'chat',
      summary: 'a conversation; the answer ends in `Final: <number>`',
      stop: [],
    },
    {
      name: 'plain',
      summary: 'Question/Answer; the answer is `#### <number>`',
      stop: nextQuestion,
    },
    { name: '5-shot', summary: 'the same behind 5 training rows', stop: nextQuestion, shots: 5 },
    { name: '8-shot', summary: 'the same behind 8', stop: nextQuestion, shots: 8 },
  ],
  read(row, { split, index }) {
    const solution = row.text('answer');
    const found = /\n?#### *(-?\$?[0-9][0-9.,]*)\s*$/.exec(solution);
    if (found === null)
      throw inputError(
        `expected the column 'answer' to end in a line '#### <number>', it ends in ${JSON.stringify(solution.slice(-40))}.`,
      );
    const number = row.has('idx') ? String(row.value['idx']) : String(index);
    return {
      id: `gsm8k/${split}/${number}`,
      question: row.text('question'),
      steps: solution.slice(0, found.index),
      answer: found[1].replaceAll(/[$,]|\.$/g, ''),
    };
  },
  problem({ question, steps, answer }, { promptFormat, shots }) {
    if (promptFormat === 'chat')
      return {
        prompt: [
          { role: 'system', content: system },
          { role: 'user', content: question },
        ],
        answer,
        answerFormat: 'final',
        reference: `${steps}\nFinal: ${answer}`,
      };
    const worked = (row: Row): string => ` ${row.steps}\n#### ${row.answer}`;
    const asked = (row: Pick<Row, 'question'>): string => `Question: ${row.question}\nAnswer:`;
    const examples = shots.map((row) => `${asked(row)}${worked(row)}\n\n`).join('');
    return {
      prompt: examples + asked({ question }),
      answer,
      answerFormat: 'gsm8k',
      reference: ` ${steps}\n#### ${answer}`,
    };
  },
});
