import { indexLines, lineColumnOf, tokensInSpan, type LineIndex } from '../diagnostics/index.js';
import { inputError } from '../errors.js';
import type { Diagnostic, StageRecord } from '../records.js';
import { programLines, stacksOf, type ProgramLines } from './inspected-stacks.js';
import { heatOf, inspectedTokens, levelled } from './inspected-tokens.js';
import type {
  InspectedAnswer,
  InspectedFinding,
  InspectedLine,
  InspectedPlace,
  InspectedStage,
  Inspection,
  InspectionInput,
  InspectionOptions,
} from './inspection.js';

/**
 * One rollout, or one judged file, as every inspector shows it: facts, lines, tokens with their
 * rewards and advantages, findings with their stacks, stages.
 */
export function inspectRollout(
  input: InspectionInput,
  options: InspectionOptions = {},
): Inspection {
  const { maxFrames = 24, maxOutput = 4000 } = options;
  const { verdict, reward, advantages } = input;
  const index = indexLines(input.completion);
  const lines = linesOf(index);
  const tokens = inspectedTokens(input, index, options.after);
  const diagnostics = verdict?.diagnostics ?? [];
  const program = programLines(diagnostics, index);
  return {
    title: options.title ?? input.id ?? 'judged',
    id: input.id ?? null,
    run: input.run ?? null,
    step: input.step ?? null,
    group: input.group ?? null,
    sample: input.sample ?? null,
    problemId: input.problemId ?? null,
    task: input.task ?? null,
    finishReason: input.finishReason ?? null,
    modelRevision: input.modelRevision ?? null,
    prompt: input.prompt ?? null,
    completion: input.completion,
    outcome: verdict?.outcome ?? null,
    testsPassed: verdict?.testsPassed ?? 0,
    testsTotal: verdict?.testsTotal ?? 0,
    // Runs of the first version recorded the counts only.
    tests: verdict?.tests ?? [],
    answer: answerOf(input),
    toolchain: verdict?.toolchain ?? null,
    isolation: verdict?.isolation ?? null,
    fromCache: verdict?.fromCache ?? false,
    retried: verdict?.retried ?? false,
    reward: reward ?? null,
    isUnscorable: reward === null,
    rewards: (input.rewards ?? []).map(({ name, weight, score, log }) => ({
      name,
      weight,
      score,
      log,
    })),
    advantage: advantages ? { scheme: advantages.scheme, sequence: advantages.sequence } : null,
    lines,
    tokens,
    heat: heatOf(tokens, options.heat),
    findings: diagnostics.map((diagnostic) =>
      inspectedFinding(diagnostic, { input, index, lines, program, maxFrames }),
    ),
    stages: (verdict?.stages ?? []).map((stage) => inspectedStage(stage, maxOutput)),
  };
}

/**
 * Several rollouts, such as a group, with one scale: equal values are drawn equally strong.
 * @param options `after` with a list for each of them
 */
export function inspectRollouts(
  inputs: readonly InspectionInput[],
  options: Omit<InspectionOptions, 'after'> & {
    readonly after?: readonly (readonly number[])[];
  } = {},
): Inspection[] {
  const { after, ...others } = options;
  if (after !== undefined && after.length !== inputs.length)
    throw inputError(
      `inspectRollouts: expected after [${inputs.length}], one list for each rollout, got [${after.length}].`,
    );
  const inspections = inputs.map((input, at) =>
    inspectRollout(input, after === undefined ? others : { ...others, after: after[at] }),
  );
  return inspections.map((inspection) => {
    const { heat } = inspection;
    if (heat === null) return inspection;
    const scales = inspections.map((other) => (other.heat?.of === heat.of ? other.heat.scale : 0));
    return { ...inspection, heat: levelled({ ...heat, scale: Math.max(...scales) }) };
  });
}

function linesOf({ bytes, starts }: LineIndex): InspectedLine[] {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const lines = starts.map((start, at): InspectedLine => {
    const end = at + 1 < starts.length ? starts[at + 1] - 1 : bytes.length;
    return { number: at + 1, start, end, text: decoder.decode(bytes.subarray(start, end)) };
  });
  const last = lines[lines.length - 1];
  return lines.length > 1 && last.start === last.end ? lines.slice(0, -1) : lines;
}

function answerOf({ verdict }: InspectionInput): InspectedAnswer | null {
  if (!verdict || (verdict.prediction === null && verdict.groundTruth === null)) return null;
  const { prediction, groundTruth, correct, formatOk } = verdict;
  return { prediction, groundTruth, correct, formatOk };
}

interface Surroundings {
  input: InspectionInput;
  index: LineIndex;
  lines: readonly InspectedLine[];
  program: ProgramLines;
  maxFrames: number;
}

function inspectedFinding(
  diagnostic: Diagnostic,
  { input, index, lines, program, maxFrames }: Surroundings,
): InspectedFinding {
  const { tool, severity, kind, message, option, position, span, frames } = diagnostic;
  const isPlaced = span.precision !== 'none';
  return {
    tool,
    severity,
    kind,
    message,
    option,
    position,
    place: isPlaced ? placeOf(span, index, lines) : null,
    reason: isPlaced ? null : span.reason,
    tokens: isPlaced ? tokensInSpan(span, input.byteOffsets ?? []) : [],
    stacks: stacksOf(frames, program, lines.length, maxFrames),
  };
}

/** A place behind the last line feed is held at the end of the last line. */
function placeOf(
  span: { start: number; end: number; precision: 'span' | 'line' },
  index: LineIndex,
  lines: readonly InspectedLine[],
): InspectedPlace {
  const last = lines[lines.length - 1];
  const at = (offset: number): { line: number; column: number } => {
    const place = lineColumnOf(index, offset);
    return place.line <= last.number
      ? place
      : { line: last.number, column: last.end - last.start + 1 };
  };
  const from = at(span.start);
  const to = at(span.end);
  return {
    start: span.start,
    end: span.end,
    precision: span.precision,
    line: from.line,
    column: from.column,
    endLine: to.line,
    endColumn: to.column,
  };
}

function inspectedStage(stage: StageRecord, limit: number): InspectedStage {
  const stdout = cut(stage.stdout, limit);
  const stderr = cut(stage.stderr, limit);
  return {
    ...stage,
    stdout,
    stderr,
    truncated: stage.truncated || stdout !== stage.stdout || stderr !== stage.stderr,
  };
}

/** Never between the halves of a surrogate pair. */
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const unit = text.charCodeAt(limit - 1);
  return text.slice(0, unit >= 0xd800 && unit < 0xdc00 ? limit - 1 : limit);
}
