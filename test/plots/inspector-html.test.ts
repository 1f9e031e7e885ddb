import { JSDOM } from 'jsdom';
import { describe, expect, it } from 'vitest';
import { inspectionHtml, type InspectionHtmlOptions } from '../../src/plots/index.js';
import { dark, light, strengths, styleSheet } from '../../src/plots/inspector-style.js';
import type { Diagnostic } from '../../src/records.js';
import { inspectRollout, inspectRollouts, type InspectionInput } from '../../src/rollouts/index.js';
import { exampleRollout, exampleVerdict } from '../rollouts/example-rollout.js';

const evil = `</details></pre><script>document.title='pwned'</script><!-- "' onmouseover="x`;

function finding(changes: Partial<Diagnostic> = {}): Diagnostic {
  return {
    tool: 'asan',
    severity: 'error',
    kind: 'heap-use-after-free',
    message: 'heap-use-after-free; READ of size 4',
    option: null,
    position: { file: 'program.cpp', line: 4, column: null },
    span: { start: 7, end: 17, precision: 'line' },
    frames: [],
    ...changes,
  };
}

const rollout = (changes: Partial<InspectionInput> = {}): InspectionInput => ({
  ...exampleRollout(),
  completion: 'int x;\nreturn *p;\n}\n',
  completionIds: [1, 2, 3, 4, 0],
  logprobs: [-0.01, -3, -0.5, 0, -0.1],
  completionMask: [1, 1, 1, 1, 1],
  byteOffsets: [0, 4, 7, 16, 20, 20],
  advantages: { scheme: 'span_penalty', sequence: 0.5, tokens: [0.5, 0.5, -0.5, -0.5, 0.5] },
  verdict: exampleVerdict('runtime_error', { diagnostics: [finding()] }),
  ...changes,
});

/** As a browser that runs whatever script it finds. */
function open(inputs: InspectionInput[], options: InspectionHtmlOptions = {}): Document {
  const html = inspectionHtml(inspectRollouts(inputs), options);
  const page = options.page ? html : `<!doctype html><title>notebook</title><body>${html}</body>`;
  return new JSDOM(page, { runScripts: 'dangerously' }).window.document;
}

const texts = (document: Document, selector: string): string[] =>
  [...document.querySelectorAll(selector)].map((element) => element.textContent ?? '');

describe('the page of an inspection', () => {
  it('shows every line with its number, and each finding below its line', () => {
    const document = open([rollout()]);
    expect(texts(document, '.rlsf-number')).toEqual(['1', '2', '3']);
    expect(texts(document, '.rlsf-code')).toEqual(['int x;↵', 'return *p;↵', '}↵∎']);
    const second = document.querySelectorAll('.rlsf-row')[1];
    expect(second.nextElementSibling?.textContent).toContain(
      '× asan heap-use-after-free READ of size 4 (error; line 2',
    );
    expect(texts(document, '.rlsf-hit')).toEqual(['return *p', ';']);
  });

  it('colours tokens by sign and strength, and hovering tells their numbers', () => {
    const tokens = [...open([rollout()]).querySelectorAll('.rlsf-row .rlsf-token')];
    expect(tokens.map((token) => token.className.replace('rlsf-token rlsf-', ''))).toEqual([
      'up5',
      'up5',
      'down5',
      'down5',
      'down5',
      'up5',
    ]);
    expect(tokens[2].getAttribute('title')).toBe(
      'token 3: "return *p"\nadvantage −0.50\nlogprob −0.50, probability 0.607\nreached by heap-use-after-free',
    );
    expect(tokens[5].getAttribute('title')).toContain('token 5: no text');
  });

  it('tells what a later policy gives each token beside what it was sampled with', () => {
    const after = [-0.01, -2, -0.5 + Math.log(0.5), 0, -0.1];
    const html = inspectionHtml(inspectRollout(rollout(), { after }));
    const { document } = new JSDOM(html).window;
    const tokens = [...document.querySelectorAll('.rlsf-row .rlsf-token')];
    expect(tokens[2].getAttribute('title')).toContain(
      'before: logprob −0.50, probability 0.607\nafter: logprob −1.19, probability 0.303, × 0.5\n',
    );
    expect(tokens[1].getAttribute('title')).toContain('× 2.72');
    const rows = [...document.querySelectorAll('[aria-label="Tokens"] tr')].map((row) =>
      [...row.children].map((cell) => cell.textContent),
    );
    expect(rows[0].slice(-4)).toEqual(['probability', 'probability after', 'change', 'reached by']);
    expect(rows[3].slice(-4)).toEqual(['0.607', '0.303', '× 0.5', 'heap-use-after-free']);
  });

  it('refuses a later policy’s numbers of another completion', () => {
    expect(() => inspectRollout(rollout(), { after: [-1, -2] })).toThrow(
      'inspectRollout: expected after [5], one per token of byteOffsets [6], got [2].',
    );
    expect(() => inspectRollouts([rollout(), rollout()], { after: [[-1]] })).toThrow(
      'inspectRollouts: expected after [2], one list for each rollout, got [1].',
    );
  });

  it('tells the frames of all stacks, and the line of the release under that line', () => {
    const at = (line: number) => ({ file: 'program.cpp', line, column: null });
    const frames = [
      { function: 'f(int*)', position: at(4) },
      { function: 'rlsf_case_0()', position: { ...at(1), file: 'cases.cpp' } },
      { function: '— freed by thread T0 here —', position: null },
      { function: 'f(int*)', position: at(3) },
    ];
    const verdict = exampleVerdict('runtime_error', { diagnostics: [finding({ frames })] });
    const document = open([rollout({ verdict })]);
    expect(texts(document, '.rlsf-frames .rlsf-own')).toEqual([
      '#0 f(int*) line 2 (program.cpp:4)',
      '#0 f(int*) line 1 (program.cpp:3)',
    ]);
    expect(texts(document, '.rlsf-frames li')).toContain('#1 rlsf_case_0() cases.cpp:1');
    const first = document.querySelectorAll('.rlsf-row')[0];
    expect(first.nextElementSibling?.textContent).toBe(
      '· freed by thread T0 here (heap-use-after-free, line 2)',
    );
  });

  it('tells each test with what was expected and what came', () => {
    const tests = [
      { passed: true, expected: '1', actual: '1' },
      { passed: false, expected: '2', actual: null },
    ];
    const verdict = exampleVerdict('wrong_answer', { tests, testsPassed: 1, testsTotal: 2 });
    const document = open([rollout({ verdict })]);
    const rows = texts(document, '[aria-label="Tests: 1 of 2 passed"] tr');
    expect(rows.slice(1)).toEqual(['1✓ passed"1""1"', '2× failed"2"nothing came']);
  });

  it('shows a group as one line each, of which one is open', () => {
    const document = open([
      rollout({ id: 'run/1/0/0', verdict: exampleVerdict('clean') }),
      rollout({ id: 'run/1/0/1', sample: 1 }),
    ]);
    expect(texts(document, 'h3')).toEqual(['group run/1/0 problem-0']);
    const members = [...document.querySelectorAll('details.rlsf-member')];
    expect(members.map((member) => member.hasAttribute('open'))).toEqual([false, true]);
    expect(texts(document, '.rlsf-member > summary')[1]).toContain('× runtime_error');
  });

  it('of a judged file shows the source without tokens and underlines the places', () => {
    const { completion, verdict } = rollout();
    const inspection = inspectRollout({ completion, verdict }, { title: 'answer.cpp' });
    const { document } = new JSDOM(inspectionHtml(inspection, { page: true })).window;
    expect(texts(document, 'h3')).toEqual(['answer.cpp']);
    expect(texts(document, '.rlsf-hit')).toEqual(['return *p;']);
    expect(document.querySelectorAll('.rlsf-row .rlsf-token, .rlsf-legend')).toHaveLength(0);
  });
});

describe('what others wrote', () => {
  const hostile = rollout({
    id: `${evil}/1/0/0`,
    problemId: evil,
    prompt: evil,
    completion: evil,
    byteOffsets: [0, 3, 12, 30, 31, Buffer.byteLength(evil)],
    advantages: { scheme: evil, sequence: 0, tokens: [1, 2, 3, 4, 5] },
    rewards: [
      {
        name: evil,
        weight: 1,
        score: 1,
        spans: [{ start: 0, end: 5, value: -1, label: evil }],
        log: { [evil]: evil },
      },
    ],
    reward: 1,
    verdict: exampleVerdict('runtime_error', {
      toolchain: evil,
      isolation: evil,
      prediction: evil,
      groundTruth: evil,
      tests: [{ passed: false, expected: evil, actual: evil }],
      diagnostics: [
        finding({ kind: evil, message: evil, frames: [{ function: evil, position: null }] }),
        finding({ span: { precision: 'none', reason: evil } }),
      ],
      stages: [
        {
          stage: 'compile',
          command: [evil],
          exitCode: null,
          signal: evil,
          durationMs: 1,
          stdout: evil,
          stderr: evil,
          truncated: false,
        },
      ],
    }),
  });
  const ours =
    'div style h3 span pre p dl dt dd b i code details summary ol li table thead tbody tr th td';

  it.each([{ inputs: [hostile] }, { inputs: [hostile, hostile] }])(
    'never runs, and adds no element and no handler: $inputs.length',
    ({ inputs }) => {
      const document = open(inputs);
      expect(document.title).toBe('notebook');
      const elements = [...document.querySelectorAll('body *')];
      const names = new Set(elements.map((element) => element.localName));
      expect([...names].filter((name) => !ours.split(' ').includes(name))).toEqual([]);
      const attributes = new Set(elements.flatMap((element) => element.getAttributeNames()));
      expect([...attributes].sort()).toEqual([
        'aria-label',
        'class',
        'open',
        'role',
        'scope',
        'style',
        'tabindex',
        'title',
      ]);
      expect(texts(document, '.rlsf-code').join('')).toContain(evil);
    },
  );

  it('runs in no title of a page either, and a page forbids all scripts', () => {
    const document = open([hostile], { page: true, title: evil });
    expect(document.title).toBe(evil);
    expect(document.querySelectorAll('script, img, link')).toHaveLength(0);
    const policy = document.querySelector('[http-equiv="Content-Security-Policy"]');
    expect(policy?.getAttribute('content')).toBe("default-src 'none'; style-src 'unsafe-inline'");
  });

  it('is shown even where it would hide: controls, overrides, halves of pairs, odd blanks', () => {
    const completion = 'a\u0000b\u001b[2J\r\u202e\u2066\ud800\u00a0\u200b\u0085é日😀\t.';
    const inspection = inspectRollout({ completion, prompt: completion });
    const html = inspectionHtml(inspection);

    expect(html).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u00a0\u202e\u2066\ud800\ufffd]/u);
    const { document } = new JSDOM(html).window;
    expect(texts(document, '.rlsf-code')).toEqual([
      'a⟨NUL⟩b⟨ESC⟩[2J⟨CR⟩⟨U+202E⟩⟨U+2066⟩⟨U+D800⟩⟨U+00A0⟩⟨U+200B⟩⟨U+0085⟩é日😀\t.',
    ]);
  });
});

describe('the style of the page', () => {
  it('reaches nothing outside its own element and asks for nothing from outside', () => {
    const sheet = styleSheet();
    expect(sheet).not.toMatch(/@import|url\(/);
    const selectors = sheet
      .replace(/@media[^{]*\{/g, '')
      .split(/\{[^}]*\}/)
      .flatMap((head) => head.split(','))
      .map((selector) => selector.replace(/[\s}]+/g, ' ').trim())
      .filter((selector) => selector !== '');
    expect(selectors.length).toBeGreaterThan(50);
    for (const selector of selectors) expect(selector).toMatch(/\.rlsf-inspector\b/);
  });

  it('keeps every text readable on every tint (WCAG AA, 4.5 to 1)', () => {
    for (const theme of [light, dark]) {
      const paper = rgb(theme.paper);
      const inks = [theme.ink, theme.muted, theme.error, theme.warning, theme.good];
      for (const each of inks) expect(contrast(rgb(each), paper)).toBeGreaterThan(4.5);
      for (const tint of [theme.positive, theme.negative, theme.surprise])
        for (const strength of strengths) {
          const over = tint
            .split(',')
            .map((value, at) => Number(value) * strength + paper[at] * (1 - strength));
          expect(contrast(rgb(theme.ink), over)).toBeGreaterThan(4.5);
        }
    }
  });
});

function rgb(hex: string): number[] {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

function contrast(a: number[], b: number[]): number {
  const luminance = (colour: number[]): number =>
    colour
      .map((value) => value / 255)
      .map((value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
      .reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at], 0);
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}
