/** What a model may write to harm its reader, and records made of it. */
import type { Rollout } from '../../src/records.js';
import { verdict } from '../plots/examples.js';

/** Each would leave a mark in the page that runs it: `window.harmed`. */
export const hostileTexts = [
  '<script>window.harmed = 1</script>',
  '</script><script>window.harmed = 2</script>',
  '<img src=x onerror="window.harmed = 3">',
  '"><svg onload=window.harmed=4>',
  "' onmouseover='window.harmed=5",
  '<a href="javascript:window.harmed=6">press</a>',
  '<iframe srcdoc="<script>parent.harmed=7</script>"></iframe>',
  '</style><script>window.harmed = 8</script>',
  '</textarea></title></pre></code><script>window.harmed = 9</script>',
  '${window.harmed = 10} `+(window.harmed = 11)+` \\u003cscript>',
  ']]><!--<script>window.harmed = 12</script>-->',
];

/** ANSI escapes, null bytes, a right-to-left override, halves of characters, separators. */
export const steeringText =
  '\u001b[31mred\u001b[2J\u001b]0;title\u0007 \u0000 \u202eoverride\u202c \ud83d \u2028 \u009b1m \ufeff';

export const hugeText = 'x<script>window.harmed=13</script>'.repeat(30_000);

export const hostileText = `${hostileTexts.join('\n')}\n${steeringText}`;

/** A rollout whose every text is hostile; its completion is one token for every 40 bytes. */
export function hostileRollout(completion = hostileText, sample = 0): Rollout {
  const bytes = Buffer.byteLength(completion);
  const count = Math.max(1, Math.min(400, Math.ceil(bytes / 40)));
  const byteOffsets = Array.from({ length: count + 1 }, (_, at) =>
    Math.round((at * bytes) / count),
  );
  const tokens = <Value>(value: Value): Value[] => Array.from({ length: count }, () => value);
  return {
    version: 1,
    id: `${hostileTexts[0]}/1/0/${sample}`,
    run: hostileTexts[0],
    step: 1,
    problemId: hostileTexts[2],
    task: 'cpp',
    group: 0,
    sample,
    promptHash: '0',
    prompt: hostileText,
    completion,
    promptIds: [1],
    completionIds: tokens(1),
    logprobs: tokens(-0.5),
    completionMask: tokens(1),
    byteOffsets,
    finishReason: 'stop',
    sampling: {
      temperature: 1,
      topK: 0,
      topP: 1,
      minP: 0,
      repetitionPenalty: 1,
      maxCompletionTokens: 100,
      stop: [],
      seed: 1,
    } as unknown as Rollout['sampling'],
    modelRevision: hostileTexts[1],
    columns: {},
    verdict: {
      ...verdict(false),
      diagnostics: [
        {
          tool: 'asan',
          severity: 'error',
          kind: hostileTexts[3],
          message: hostileText,
          option: null,
          position: { file: hostileTexts[0], line: 1, column: 1 },
          frames: [{ index: 0, function: hostileTexts[1], position: null }],
          span: { start: 0, end: 5, precision: 'span' },
        },
      ] as unknown as NonNullable<Rollout['verdict']>['diagnostics'],
      toolchain: hostileTexts[0],
    },
    reward: 0.2,
    advantages: { scheme: 'scalar', sequence: -1, tokens: tokens(-1) } as Rollout['advantages'],
  };
}
