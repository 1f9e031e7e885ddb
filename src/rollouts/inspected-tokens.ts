import { indexLines, lineColumnOf, tokensInSpan, type LineIndex } from '../diagnostics/index.js';
import { inputError } from '../errors.js';
import type { HeatKind, InspectedToken, InspectionHeat, InspectionInput } from './inspection.js';

/** The tokens of a rollout with what reached each; none for a text that nobody sampled. */
export function inspectedTokens(
  input: InspectionInput,
  index: LineIndex = indexLines(input.completion),
  after?: readonly number[],
): InspectedToken[] {
  const offsets = input.byteOffsets ?? [];
  const count = Math.max(0, offsets.length - 1);
  checkTokens(input, offsets, index.bytes.length, after);
  const tokens = Array.from({ length: count }, (_, at): InspectedToken => {
    const start = offsets[at];
    const end = offsets[at + 1];
    return {
      index: at,
      id: input.completionIds?.[at] ?? null,
      start,
      end,
      line: lineColumnOf(index, start).line,
      ...tokenText(index.bytes.subarray(start, end)),
      isSampled: input.completionMask?.[at] !== 0,
      severity: null,
      kinds: [],
      reward: null,
      labels: [],
      advantage: input.advantages?.tokens[at] ?? null,
      logprob: input.logprobs?.[at] ?? null,
      logprobAfter: after?.[at] ?? null,
    };
  });
  for (const { span, kind, severity } of input.verdict?.diagnostics ?? []) {
    if (span.precision === 'none' || severity === 'note') continue;
    for (const at of tokensInSpan(span, offsets)) {
      const token = tokens[at];
      if (token.severity !== 'error') token.severity = severity;
      if (!token.kinds.includes(kind)) token.kinds.push(kind);
    }
  }
  for (const { spans, weight } of input.rewards ?? []) {
    if (weight === 0) continue;
    for (const { value, label, ...span } of spans)
      for (const at of tokensInSpan(span, offsets)) {
        const token = tokens[at];
        if (token.reward === null || Math.abs(value) > Math.abs(token.reward)) token.reward = value;
        if (label !== '' && !token.labels.includes(label)) token.labels.push(label);
      }
  }
  return tokens;
}

/** The heat map of the tokens; `null` without tokens. Asking for what the record lacks is an error. */
export function heatOf(
  tokens: readonly InspectedToken[],
  wanted: HeatKind | undefined,
): InspectionHeat | null {
  if (tokens.length === 0) {
    if (wanted === undefined || wanted === 'findings') return null;
    throw inputError(
      `inspectRollout: expected tokens for the heat map of ${wanted}, got a text that nobody sampled. Leave heat out.`,
    );
  }
  const there: HeatKind[] = ['findings'];
  if (tokens.some((token) => token.reward !== null)) there.unshift('reward');
  if (tokens.some((token) => token.advantage !== null)) there.unshift('advantage');
  if (tokens.some((token) => token.logprob !== null)) there.push('logprob');
  const of = wanted ?? there[0];
  if (!there.includes(of))
    throw inputError(
      `inspectRollout: expected a rollout with ${of === 'reward' ? 'reward spans' : `${of}s`} for the heat map, got one without. There is: ${there.join(', ')}.`,
    );
  const values = tokens.map((token) => heatValue(token, of));
  const known = values.filter((value) => value !== null);
  const scale =
    of === 'findings' || of === 'logprob' ? 1 : Math.max(0, ...known.map((v) => Math.abs(v)));
  return levelled({
    of,
    values,
    min: known.length > 0 ? Math.min(...known) : null,
    max: known.length > 0 ? Math.max(...known) : null,
    scale,
    levels: [],
  });
}

/**
 * The levels of a heat map from its values and its scale, by magnitude. Where a sign has few values
 * (a penalty leaves two) each keeps a level of its own, however small the penalty is beside the scale.
 */
export function levelled(heat: InspectionHeat): InspectionHeat {
  const { of, scale, values } = heat;
  if (of === 'logprob')
    return {
      ...heat,
      levels: values.map((value) => Math.round(5 * (1 - Math.exp(Math.min(0, value ?? 0))))),
    };
  const magnitudes = (sign: number): Map<number, number> =>
    levelsOf(
      values.flatMap((value) => (value !== null && value * sign > 0 ? [Math.abs(value)] : [])),
      scale,
    );
  const above = magnitudes(1);
  const below = magnitudes(-1);
  return {
    ...heat,
    levels: values.map((value) => {
      if (value === null || value === 0) return 0;
      return value > 0 ? (above.get(value) ?? 0) : -(below.get(-value) ?? 0);
    }),
  };
}

/** A level from 1 to 5 for each magnitude. */
function levelsOf(magnitudes: readonly number[], scale: number): Map<number, number> {
  const all = [...new Set(magnitudes)].sort((a, b) => a - b);
  // Values that differ by less than a thousandth of the scale are one value.
  const steps = all.filter((each, at) => at === 0 || each - all[at - 1] > scale / 1000);
  const linear = (each: number): number => Math.max(1, Math.min(5, Math.round((5 * each) / scale)));
  if (steps.length > 5) return new Map(all.map((each) => [each, linear(each)]));
  const levels: number[] = [];
  steps.forEach((each, at) => {
    const room = 5 - (steps.length - 1 - at);
    levels.push(Math.min(room, Math.max(linear(each), (levels[at - 1] ?? 0) + 1)));
  });
  return new Map(
    all.map((each) => [each, levels[steps.filter((step) => step <= each).length - 1]]),
  );
}

function heatValue(token: InspectedToken, of: HeatKind): number | null {
  if (of === 'findings')
    return token.severity === 'error' ? -1 : token.severity === 'warning' ? -0.5 : null;
  return of === 'advantage' ? token.advantage : of === 'reward' ? token.reward : token.logprob;
}

function checkTokens(
  input: InspectionInput,
  offsets: readonly number[],
  bytes: number,
  after?: readonly number[],
): void {
  const count = Math.max(0, offsets.length - 1);
  const end = offsets[count] ?? 0;
  const isRising = offsets.every((offset, at) => at === 0 || offset >= offsets[at - 1]);
  if (!isRising || (offsets[0] ?? 0) < 0 || end > bytes)
    throw inputError(
      `inspectRollout: expected byteOffsets that ascend within the ${bytes} bytes of the completion, got ${offsets[0]} to ${end}${isRising ? '' : ' out of order'}. Take them as sampled.`,
    );
  const perToken = {
    completionIds: input.completionIds,
    logprobs: input.logprobs,
    'advantages.tokens': input.advantages?.tokens,
    after,
  };
  for (const [name, values] of Object.entries(perToken))
    if ((offsets.length > 0 || name === 'after') && values !== undefined && values.length !== count)
      throw inputError(
        `inspectRollout: expected ${name} [${count}], one per token of byteOffsets [${offsets.length}], got [${values.length}].`,
      );
}

/** Bytes as text; those of a character that begins before or goes on behind the token as `\xNN`. */
function tokenText(bytes: Uint8Array): { text: string; isCut: boolean } {
  let from = 0;
  while (from < bytes.length && (bytes[from] & 0xc0) === 0x80) from++;
  let to = bytes.length;
  for (let at = bytes.length - 1; at >= from && at >= bytes.length - 4; at--) {
    if ((bytes[at] & 0xc0) === 0x80) continue;
    const lead = bytes[at];
    const width = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (at + width > bytes.length) to = at;
    break;
  }
  const whole = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(from, to));
  return {
    text: escaped(bytes.subarray(0, from)) + whole + escaped(bytes.subarray(to)),
    isCut: from > 0 || to < bytes.length,
  };
}

function escaped(bytes: Uint8Array): string {
  return [...bytes]
    .map((byte) => `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
}
