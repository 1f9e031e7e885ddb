import path from 'node:path';
import { judgeJob, type JudgePool } from '../../sandbox/index.js';
import { linesBefore, readExample, type Example } from '../../tasks/examples/index.js';
import { sideFeedback } from './feedback.js';
import { hashOf, readJsonFile, requireJsonFile, writeJsonFile } from './files.js';
import { sides, type CompiledExample, type ExampleIndex, type Side } from './records.js';
import type { StageCount } from './examples.js';

/** Written after so many examples, so that little is lost when it is stopped. */
const chunk = 16;

/** Stage 2: both sides of every example judged. */
export async function compiledStage(
  output: string,
  tools: {
    /** A judge whose compiler has these flags besides its own. */
    judge(flags: readonly string[]): Promise<JudgePool>;
    signal?: AbortSignal;
    onProgress?: (done: number, total: number) => void;
  },
): Promise<StageCount> {
  const { examples } = indexOf(output);
  const count = { made: 0, unchanged: 0 };
  const fileOf = (name: string): string => path.join(output, 'compiled', `${name}.json`);
  const waiting = new Map<string, { example: Example; inputs: string }[]>();
  for (const { name } of examples) {
    const example = await readExample(path.join(output, 'examples', name));
    const flags = JSON.stringify(example.flags);
    const { toolchain, isolation } = await tools.judge(example.flags);
    const inputs = inputsOf(example, [toolchain, isolation]);
    const there = readJsonFile<CompiledExample>(fileOf(name));
    if (there?.inputs === inputs && sides.every((side) => there[side].outcome !== 'sandbox_error'))
      count.unchanged++;
    else waiting.set(flags, [...(waiting.get(flags) ?? []), { example, inputs }]);
  }
  tools.onProgress?.(count.unchanged, examples.length);
  for (const [flags, all] of waiting)
    for (let start = 0; start < all.length; start += chunk) {
      tools.signal?.throwIfAborted();
      const part = all.slice(start, start + chunk);
      const judge = await tools.judge(JSON.parse(flags) as string[]);
      const judged = await judgedSides(part, judge, tools.signal);
      for (const one of judged) writeJsonFile(fileOf(one.name), one);
      count.made += judged.length;
      tools.onProgress?.(count.made + count.unchanged, examples.length);
    }
  return count;
}

export function indexOf(output: string): ExampleIndex {
  return requireJsonFile<ExampleIndex>(path.join(output, 'examples', 'index.json'), 'examples');
}

export function textOf(example: Example, side: Side): string {
  return side === 'chosen' ? example.chosenText : example.rejectedText;
}

async function judgedSides(
  part: readonly { example: Example; inputs: string }[],
  judge: JudgePool,
  signal: AbortSignal | undefined,
): Promise<CompiledExample[]> {
  const jobs = part.flatMap(({ example }) =>
    sides.map((side) => judgeJob(example.problem, textOf(example, side))),
  );
  const verdicts = await judge.judge(jobs, { signal });
  return part.map(({ example, inputs }, i) => {
    const feedbackOf = (side: Side, k: number): CompiledExample[Side] =>
      sideFeedback({
        file: `${side}.${extensionOf(example)}`,
        text: textOf(example, side),
        before: linesBefore(example),
        expected: example[side],
        verdict: verdicts[2 * i + k],
      });
    return {
      version: 1,
      name: example.name,
      kind: example.kind,
      inputs,
      chosen: feedbackOf('chosen', 0),
      rejected: feedbackOf('rejected', 1),
    };
  });
}

function inputsOf(example: Example, around: readonly string[]): string {
  const { kind, flags, chosen, rejected, chosenText, rejectedText, starter, problem } = example;
  const { tests, language } = problem;
  const told = [kind, flags, chosen, rejected];
  return hashOf(1, told, starter, chosenText, rejectedText, tests, language, around);
}

function extensionOf({ problem: { language } }: Example): string {
  return language === 'python' ? 'py' : language === 'java' ? 'java' : 'cpp';
}
