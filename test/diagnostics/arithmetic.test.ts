import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/algorithms/random.js';
import { checkAnswer } from '../../src/diagnostics/arithmetic.js';
import type { Diagnostic } from '../../src/records.js';

function bytesAt(text: string, { span }: Diagnostic): string | null {
  if (span.precision === 'none') return null;
  return Buffer.from(text, 'utf8').subarray(span.start, span.end).toString('utf8');
}

function verdictsOf(text: string): string[] {
  return checkAnswer(text, null).steps.map(({ verdict }) => verdict);
}

function messagesOf(text: string): string[] {
  const found = checkAnswer(text, null).diagnostics.filter(({ kind }) => kind !== 'no-answer');
  return found.map(({ kind, message }) => `${kind}: ${message}`);
}

describe('worked steps', () => {
  it.each([
    ['48/2 = 24', '48/2 = 25', '48/2 is 24'],
    ['3 * (4+5) = 27', '3 * (4+5) = 26', '3 * (4+5) is 27'],
    ['$5 x 4 = $20', '$5 x 4 = $21', '$5 x 4 is 20'],
    ['5x4=20', '5x4=21', '5x4 is 20'],
    ['5 × 4 ÷ 2 − 1 = 9', '5 × 4 ÷ 2 − 1 = 8', '5 × 4 ÷ 2 − 1 is 9'],
    ['1,000 * 3 = 3,000', '1,000 * 3 = 3,300', '1,000 * 3 is 3000'],
    ['.5 + 1.25 = 1.75', '.5 + 1.25 = 1.85', '.5 + 1.25 is 1.75'],
    ['1/2 + 1/3 = 5/6', '1/2 + 1/3 = 2/5', '1/2 + 1/3 is about 0.8333, 2/5 is 0.4'],
    ['1 1/2 * 2 = 3', '1 1/2 * 2 = 4', '1 1/2 * 2 is 3'],
    ['20% of 50 = 10', '20% * 50 = 1000', '20% * 50 is 10'],
    ['4/20 * 100% = 20%', '4/20 * 100% = 25%', '4/20 * 100% is 20%'],
    ['4/20*100 = 20%', '4/20*100 = 30%', '4/20*100 is 20'],
    ['5 - 8 = -3', '5 - 8 = 3', '5 - 8 is -3'],
    ['2^3 = 8', '2^3 = 6', '2^3 is 8'],
    ['2(3+4) = 14', '2(3+4) = 13', '2(3+4) is 14'],
    ['2 hours * 3 = 6', '2 hours * 3 = 7', '2 hours * 3 is 6'],
    ['5 cups of feed * 4 days = 20', '5 cups of feed * 4 days = 24', '5 cups of feed * 4 days is 20'],
    ['3 hours * 60 minutes/hour = 180 minutes', '3 hours * 60 minutes/hour = 190', '3 hours * 60 minutes/hour is 180'],
    [String.raw`48 \div 2 = \boxed{24}`, String.raw`48 \div 2 = \boxed{25}`, String.raw`48 \div 2 is 24`],
    [String.raw`\frac{48}{2} = 24`, String.raw`\frac{48}{2} = 25`, String.raw`\frac{48}{2} is 24`],
  ])('are right in %s and wrong in %s', (right, wrong, exact) => {
    expect(verdictsOf(`So it is ${right}.`)).toEqual(['true']);
    const text = `So it is ${wrong}.`;
    const [finding] = checkAnswer(text, null).diagnostics;
    expect(bytesAt(text, finding)).toBe(wrong);
    const shown = wrong.replace(/\\boxed\{(\d+)\}/, '$1');
    expect(finding).toMatchObject({
      tool: 'arithmetic', kind: 'false-step', severity: 'warning', message: `${shown} is false: ${exact}`,
      position: { file: 'completion', line: 1, column: 10 },
    });
  }); // prettier-ignore

  it('may be rounded or cut in their last written place, not elsewhere', () => {
    for (const good of ['3', '3.3', '3.33', '3.3333333333333335', '3.333...'])
      expect(verdictsOf(`10/3 = ${good}`), good).toEqual(['true']);
    for (const good of ['0.66', '0.67', '1']) expect(verdictsOf(`2/3 = ${good}`)).toEqual(['true']);
    // Half up, half even, cut.
    for (const good of ['0.13', '0.12', '0.125'])
      expect(verdictsOf(`1/8 = ${good}`)).toEqual(['true']);
    for (const bad of ['3.34', '3.2', '4', '-3'])
      expect(verdictsOf(`10/3 = ${bad}`)).toEqual(['false']);
    expect(verdictsOf('0.1 + 0.2 = 0.30000000000000004')).toEqual(['true']);
    expect(verdictsOf('10/3 * 3 = 3.33 * 3 = 9.99')).toEqual(['true', 'true']);
  });

  it('make chains: each side is held against the calculation before it', () => {
    expect(verdictsOf('2*3 = 6 = 5+1 = 6')).toEqual(['true', 'true', 'true']);
    expect(messagesOf('2+3 = 5 = 6')).toEqual(['false-step: 2+3 = 5 = 6 is false: 2+3 is 5']);
    expect(verdictsOf('2+3 = 6 = 6')).toEqual(['false', 'true']);
    // The running total that people write.
    expect(verdictsOf('5+3 = 8*2 = 16')).toEqual(['true', 'true']);
    expect(messagesOf('5+3 = 8*2 = 17')).toEqual(['false-step: 8*2 = 17 is false: 8*2 is 16']);
    expect(messagesOf('5 * (2+2)\r\n  = 5*4\r\n  = 21')).toEqual([
      'false-step: 5*4 = 21 is false: 5*4 is 20',
    ]);
  });

  it('take an annotation and the text around it as one', () => {
    const steps = checkAnswer('He has 48/2 = $<<48/2=24>>24 left.', null).steps;
    expect(steps.map(({ statement, verdict }) => [statement, verdict])).toEqual([
      ['48/2 = $<<48/2=24>>24', 'true'],
    ]);
    expect(messagesOf('48/2 = <<48/2=25>>25')).toEqual([
      'false-step: 48/2=25 is false: 48/2 is 24',
    ]);
    expect(messagesOf('48/2 = <<48/2=24>>25')).toEqual([
      'false-step: 48/2 = 25 is false: 48/2 is 24',
    ]);
    expect(messagesOf('so <<2*3=6=7>>7')).toEqual(['false-step: 2*3=6=7 is false: 2*3 is 6']);
    expect(verdictsOf('r=<<4=4>>4')).toEqual(['true']);
    // The annotation says what prose hides.
    expect(verdictsOf('half the sum 10 + 5 = <<10/2+5=10>>10')).toEqual(['true']);
  });

  it('are undefined where they divide by zero', () => {
    expect(messagesOf('8/(4-4) = 2')).toEqual([
      'undefined-step: 8/(4-4) = 2 is undefined: it divides by zero',
    ]);
    expect(messagesOf('5/0 is undefined, so 5/0 = undefined')).toEqual([]);
  });

  it.each([
    '2x + 3 = 7', '2a + 3 = 7', '4*12+8*r = 80', 'f(3) = 9', '192 / 1.2 = 1.2Y / 1.2', '3*30 = 30 + M', 'x5 + 2 = 9',
    '1 hour = 60 minutes', '2 feet + 6 inches = 30 inches', '4 - 2 = 2 hours = 120 minutes', '100 cents * 3 = $3',
    'Day 1 = 20', 'Weeks 1-2 = 96 - 70', '1/2 = 4 slices', '10 + 5 = 3 pm', '9:00 - 8:30 = 30', '3:2 = 6:4',
    'half of 10 + 4 = 7', 'twice the 5 + 3 = 13', '12 x 1 and 1/4 = 15', '5 times 3 + 4 = 19', '$20 + 10% = $22',
    'the 20 + 10 decorations and the 29 + 24 decorations already up = 83', '24 hours - 4 hours of sleep at home - 2 = 18',
    '600 x 30 = 18 000', '14, 400 / 80 = 180', '10,00 + 5 = 15', '5 + 3 ≈ 9', '2 + 3! = 8', 'i += 3 = 4', String.raw`2\frac{1}{2} = 5/2`,
    '5 minutes/100 meters * 3 = 12', '25 / 1/3 = 75', '8/2(2+2) = 1', '8/2(2+2) = 16', '- 3 + 4 = 7', '* 3 + 4 = 7', '1) 3 + 4 = 7',
  ])('are never called false in %s', (text) => {
    expect(messagesOf(text)).toEqual([]);
  }); // prettier-ignore

  it('are not judged where the completion was cut off', () => {
    expect(checkAnswer('48/2 = 2', '24', { isTruncated: true }).diagnostics).toHaveLength(1);
    expect(checkAnswer('48/2 = 2', '24').diagnostics.map(({ kind }) => kind)).toEqual([
      'false-step',
      'no-answer',
    ]);
  });

  it('cost little, whatever a completion holds', () => {
    const texts = ['(', '=', '1+', '9^', '5+1=', '<<', '-', '1,', 'x ', 'Final: 1,', '#### 9', '9'].map((part) => part.repeat(3000));
    for (const text of [...texts, '9^9^9^9 = 1', `${'1/99991*'.repeat(90)}1 = 2`, `#### ${'9'.repeat(50_000)}`])
      for (const format of ['gsm8k', 'final'] as const)
        expect(checkAnswer(`${text}1 = 2`, '1', { format }).testsTotal).toBe(1);
  }); // prettier-ignore
});

describe('the span of a finding', () => {
  const noise = ['é', '→ ', '😀', '\t', '\r\n', '\n', 'Ω', '“so” ', '≤ ', 'naïve ', '👩‍👩‍👧 ', '. '];
  const forms: ((a: number, b: number, c: number) => string)[] = [
    (a, b, c) => `${a} + ${b} = ${c}`,
    (a, b, c) => `$${a}+$${b}=$${c}`,
    (a, b, c) => `${a} apples\t+ ${b} apples = ${c}`,
    (a, b, c) => `(${a}) + ${b} = £${c}`,
    (a, b, c) => `${a}\u00a0+ ${b} = <<${a}+${b}=${a + b}>>${c}`,
  ];

  it('cuts out exactly the false statement, whatever stands before and behind it', () => {
    for (let seed = 0; seed < 400; seed++) {
      const random = createRandom(`arithmetic/${seed}`);
      const some = (): string =>
        Array.from({ length: random.int(6) }, () => random.pick(noise)).join('');
      const [a, b] = [1 + random.int(500), 1 + random.int(500)];
      const off = random.int(3);
      const statement = random.pick(forms)(a, b, a + b + off);
      const text = `${some()}; ${statement}. ${some()}\n#### 7`;
      const { diagnostics, outcome } = checkAnswer(text, '7');
      expect(outcome, text).toBe(off === 0 ? 'clean' : 'warning');
      expect(diagnostics.map((one) => bytesAt(text, one))).toEqual(off === 0 ? [] : [statement]);
    }
  });

  it('comes in the order of the text, with the answer among the steps', () => {
    const text = '😀 2+2 = 5\r\n#### 1,000.\r\n3/0 = 1 and 6*7 = <<6*7=41>>41';
    const { diagnostics, outcome } = checkAnswer(text, '42');
    expect(diagnostics.map((one) => [one.kind, bytesAt(text, one), one.position?.line])).toEqual([
      ['false-step', '2+2 = 5', 1],
      ['wrong-answer', '1,000', 2],
      ['undefined-step', '3/0 = 1', 3],
      ['false-step', '6*7=41', 3],
    ]);
    expect(outcome).toBe('wrong_answer');
  });
});

describe('the answer', () => {
  it.each([
    ['#### 1000', '1,000', '1000', 'clean'],
    ['#### 1,000.0', '1000', '1000.0', 'clean'],
    ['#### 1,000.', '$1000', '1000', 'clean'],
    ['#### -5 dollars', '-5', '-5', 'clean'],
    ['#### 3\n#### 4', '3', '3', 'clean'],
    ['1+1 = 3\n#### 3', 'So it is 3.\n#### 3', '3', 'warning'],
    ['#### 4', '3', '4', 'wrong_answer'],
    ['#### $3', '3', null, 'no_answer'],
    ['####3', '3', null, 'no_answer'],
    ['#### ...', '3', null, 'no_answer'],
    ['The answer is 3.', '3', null, 'no_answer'],
  ])('of %j, with %j right, is %j: %s', (text, gold, prediction, outcome) => {
    const check = checkAnswer(text, gold);
    expect(check).toMatchObject({
      prediction,
      outcome,
      testsTotal: 1,
      formatOk: prediction !== null,
    });
    expect(check.correct).toBe(outcome === 'clean' || outcome === 'warning');
    expect(check.testsPassed).toBe(check.correct ? 1 : 0);
  });

  it.each([
    ['so\nFinal: 1,024', '1024'], ['Final: -3.5 \r\n', '-3.5'], ['Final:7', '7'], ['Final: 7.', null],
    ['Final: 7\nDone', null], ['Final: $7', null], ['#### 7', null], ['Final: 6 Final: 7', '7'],
  ])('in the format `final` of %j is %j', (text, prediction) => {
    expect(checkAnswer(text, '7', { format: 'final' }).prediction).toBe(prediction);
  }); // prettier-ignore

  it('is leniently the last number', () => {
    for (const [text, last] of [['It is $18.', '18'], ['5 or 6 ...', '6'], ['1,234.50!', '1234.50'], ['none', null], ['x-3', '-3']])
      expect(checkAnswer(text ?? '', '18').lenientPrediction).toBe(last);
    expect(checkAnswer('It is $18.', '18')).toMatchObject({ correct: false, lenientCorrect: true });
  }); // prettier-ignore

  it('that is missing has no span but a reason, and comes last', () => {
    const { diagnostics } = checkAnswer('2+2 = 5, Final: 5 done', '5', { format: 'final' });
    expect(diagnostics[1]).toMatchObject({
      kind: 'no-answer', severity: 'error', position: null,
      message: 'no answer: `Final: <number>` is not the end of the completion; its last number is 5',
      span: { precision: 'none', reason: '`Final: <number>` is not the end of the completion' },
    });
  }); // prettier-ignore

  it('needs a number as gold answer; without one only steps and format decide', () => {
    expect(() => checkAnswer('#### 3', 'three')).toThrow(
      'expected a number as the gold answer, got "three"',
    );
    expect(checkAnswer('#### 3', null)).toMatchObject({ outcome: 'clean', correct: false });
    expect(checkAnswer('1+1=3 #### 3', null)).toMatchObject({ outcome: 'warning', correct: false });
  });
});
