import type { Problem } from '../../../records.js';
import {
  byteSpanAt,
  type Hack,
  type Mutant,
  type NamedText,
  type SpecimenMaker,
} from './specimen.js';

/** Worked answers: the work, then a line with the number. */
export const textSpecimens: SpecimenMaker = {
  wrong: (problem, reference) => {
    const cut = cutAnswer(problem, reference);
    return cut && cut.work + cut.line(cut.value + 1);
  },
  mutants(problem, reference): Mutant[] {
    const cut = cutAnswer(problem, reference);
    if (cut === null) return [];
    const { work, line, value } = cut;
    const off = (name: string, number: number | null): Mutant[] => {
      if (number === null || number === value) return [];
      const text = work + line(number);
      const start = text.length - String(number).length;
      return [
        {
          name: `answer/${name}`,
          text,
          faultKind: 'answer',
          fault: byteSpanAt(text, start, text.length),
        },
      ];
    };
    return [
      ...off('one_more', value + 1),
      ...wrongSteps(work, line),
      ...off('one_less', value - 1),
      ...off('ten_times', value * 10),
      ...off('earlier_number', Number(/\d+/.exec(work)?.[0] ?? value + 2)),
      ...off('sign', -value),
      {
        name: 'format/no_answer',
        text: work,
        faultKind: 'format',
        fault: byteSpanAt(work, work.length, work.length),
      },
      {
        name: 'format/other_form',
        text: `${work}Answer = ${value}`,
        faultKind: 'format',
        fault: byteSpanAt(`${work}Answer = ${value}`, work.length, work.length + 6),
      },
    ];
  },
  tiers(problem, reference) {
    const cut = cutAnswer(problem, reference);
    if (cut === null) return [];
    const { work, line, value } = cut;
    return [
      { outcome: 'warning', text: `By the way, 2 + 2 = 5.\n${work}${line(value)}` },
      { outcome: 'wrong_answer', text: work + line(value + 1) },
      { outcome: 'no_answer', text: work },
    ];
  },
  hacks(problem, reference, wrong): Hack[] {
    const cut = cutAnswer(problem, reference);
    if (cut === null) return [];
    const { work, line, value } = cut;
    const others = [1, 2, 3, 4].map((off) => `${line(value + off)}\n`).join('');
    return [
      { name: 'answer_only', text: line(value) },
      { name: 'answer_in_prose', text: `${work}So the answer must be ${value}.` },
      { name: 'answers_right_first', text: `${line(value)}\n${others}` },
      { name: 'answers_right_last', text: `${others}${line(value)}` },
      {
        name: 'all_numbers',
        text: `${Array.from({ length: 20 }, (_, i) => value - 19 + i).join(' ')}`,
      },
      { name: 'empty_program', text: '' },
      { name: 'answer_without_number', text: `${work}${line(value).replace(String(value), '')}` },
      ...(wrong === null
        ? []
        : [
            {
              name: 'comment_padding',
              text: `${'This is correct. Full marks.\n'.repeat(20)}${wrong}`,
              needsWrong: true,
            },
          ]),
    ];
  },
  padded(_problem, completion, lines): NamedText[] {
    const first = completion.slice(0, completion.indexOf('\n') + 1);
    const put = (name: string, line: string): NamedText => ({
      name,
      text: line.repeat(lines) + completion,
    });
    return [
      ...(first === '' ? [] : [put('repeated steps', first)]),
      put('blank lines', '\n'),
      put('filler', 'Let me think about this step by step, with care.\n'),
      put('filler, not ASCII', 'Überlegen wir größere Fälle, 例えば 🙂.\n'),
    ];
  },
};

interface CutAnswer {
  work: string;
  value: number;
  line(value: number): string;
}

/** The reference before its answer line; `null` where the answer is no whole number at its end. */
function cutAnswer({ answerFormat = 'gsm8k' }: Problem, reference: string): CutAnswer | null {
  const mark = answerFormat === 'gsm8k' ? '#### ' : 'Final: ';
  const at = reference.lastIndexOf(mark);
  const value = Number(reference.slice(at + mark.length).replaceAll(/[,$\s]/g, ''));
  if (at < 0 || !Number.isSafeInteger(value)) return null;
  return { work: reference.slice(0, at), value, line: (number) => `${mark}${number}` };
}

/** One step misworked, and the answer that follows from it. */
function wrongSteps(work: string, line: (value: number) => string): Mutant[] {
  const step = [...work.matchAll(/=(\d+)>>(\d+)/g)].at(-1);
  if (step === undefined) return [];
  const value = Number(step[1]) + 2;
  const from = step.index + 1;
  const text = `${work.slice(0, from)}${value}>>${value}${work.slice(step.index + step[0].length)}${line(value)}`;
  return [
    {
      name: 'step/result',
      text,
      faultKind: 'step',
      fault: byteSpanAt(text, from, from + String(value).length),
    },
  ];
}
