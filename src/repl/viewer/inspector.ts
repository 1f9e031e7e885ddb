import type { Advantages, Diagnostic, Rollout } from '../../records.js';
import { visibleText } from '../../plots/visible.js';
import type { HeatKind, InspectedToken, Inspection } from '../../rollouts/inspection.js';
import { inspectRollout } from '../../rollouts/inspect.js';
import type { StyledLine } from '../styled.js';
import { fitLine, line, span } from '../styled.js';
import { inspectionView } from '../views/inspection-view.js';
import { signed } from '../views/numbers.js';
import type { LogIndex } from './log-index.js';
import type { InspectorPage, InspectQuestion } from './messages.js';
import { oneLine } from './page.js';
import type { ComputedScheme } from './schemes.js';
import { computedSchemes, schemeAdvantages, schemeTitle } from './schemes.js';

/** Longer completions are shown up to here. */
const shownBytes = 1 << 16;
const shownRows = 4000;

/** One rollout in full, with a mark under one of its tokens. The last one read is kept. */
export function createInspector(index: LogIndex): (question: InspectQuestion) => InspectorPage {
  let kept: { key: string; known: Known } | null = null;
  return (question) => {
    const { position, lambda } = question;
    const key = JSON.stringify([position, lambda, index.progress().generation]);
    if (kept?.key !== key) kept = { key, known: read(index, position, lambda) };
    return inspectorPage(kept.known, question);
  };
}

interface Known {
  rollout: Rollout;
  /** Bytes of the completion that are not shown. */
  cut: number;
  /** Under each scheme; `null`: not scored. */
  computed: Record<ComputedScheme, Advantages> | null;
  /** Why the schemes could not be computed. */
  failure: string | null;
}

function read(index: LogIndex, position: number, lambda: number): Known {
  const whole = index.read(position);
  const { rollout, cut } = shortened(whole);
  try {
    const computed = schemeAdvantages(whole, groupOf(index, position), lambda);
    return { rollout, cut, computed, failure: null };
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    return { rollout, cut, computed: null, failure };
  }
}

/** All rollouts of the group that have been read. */
function groupOf({ columns, read: readAt }: LogIndex, position: number): Rollout[] {
  const { codes } = columns.groupKey;
  const members: Rollout[] = [];
  for (let at = 0; at < columns.count; at++)
    if (codes[at] === codes[position]) members.push(readAt(at));
  return members;
}

/** A completion of a reasonable size: cut at a token, with all that belongs to single tokens. */
function shortened(rollout: Rollout): { rollout: Rollout; cut: number } {
  const bytes = Buffer.from(rollout.completion, 'utf8');
  if (bytes.length <= shownBytes) return { rollout, cut: 0 };
  const offsets = (rollout.byteOffsets ?? []).filter((offset) => offset <= shownBytes);
  const end = offsets.at(-1) ?? shownBytes;
  const tokens = Math.max(0, offsets.length - 1);
  const { advantages, verdict } = rollout;
  const placed = (finding: Diagnostic): Diagnostic =>
    finding.span.precision === 'none' || finding.span.end <= end
      ? finding
      : { ...finding, span: { precision: 'none', reason: 'behind the part that is shown' } };
  return {
    cut: bytes.length - end,
    rollout: {
      ...rollout,
      completion: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, end)),
      byteOffsets: offsets,
      completionIds: rollout.completionIds?.slice(0, tokens),
      completionMask: rollout.completionMask?.slice(0, tokens),
      logprobs: rollout.logprobs?.slice(0, tokens),
      ...(advantages && {
        advantages: { ...advantages, tokens: advantages.tokens.slice(0, tokens) },
      }),
      ...(verdict && {
        verdict: { ...verdict, diagnostics: verdict.diagnostics.map(placed) },
      }),
    },
  };
}

function inspectorPage(known: Known, question: InspectQuestion): InspectorPage {
  const { position, width, scheme, lambda } = question;
  const { rollout } = known;
  const tokenCount = Math.max(0, (rollout.byteOffsets?.length ?? 1) - 1);
  const advantages = shownAdvantages(known, question, tokenCount);
  const title = schemeTitle(scheme, rollout.advantages?.scheme ?? null, lambda);
  const shown: Rollout = {
    ...rollout,
    advantages: advantages && { ...advantages, scheme: title },
  };
  const heats = heatsOf(shown, tokenCount);
  const heat =
    question.heat !== null && heats.includes(question.heat) ? question.heat : (heats[0] ?? null);
  const inspection = inspectRollout(shown, heat === null ? {} : { heat });
  const { tokens } = inspection;
  const blamed = startsOfRuns(tokens);
  const token =
    tokens.length === 0
      ? null
      : Math.max(0, Math.min(question.token ?? blamed[0] ?? 0, tokens.length - 1));
  const lines = inspectionView(inspection, {
    width,
    maxSourceLines: shownRows,
    ...(token !== null && { cursor: token }),
  });
  const tokenLine = lines.findIndex((spans) =>
    spans.some(({ text, tone }) => tone === 'accent' && /^▲+…?$/.test(text)),
  );
  return {
    position,
    title: oneLine(inspection.title, 200),
    problem: oneLine(inspection.problemId ?? '', 200),
    lines: known.cut > 0 ? [...lines, cutLine(known.cut)] : lines,
    tokens: tokens.length,
    token,
    tokenLine: tokenLine < 0 ? null : tokenLine,
    detail: detailLines(known, inspection, { at: token, width }).map((each) =>
      fitLine(each, width),
    ),
    heat,
    heats,
    blamed,
  };
}

function shownAdvantages(
  { rollout, computed }: Known,
  { scheme }: InspectQuestion,
  tokenCount: number,
): Advantages | undefined {
  if (scheme === 'stored') return rollout.advantages;
  const own = computed?.[scheme];
  return own && { ...own, tokens: own.tokens.slice(0, tokenCount) };
}

/** As `inspectRollout` tells what there is, in the order a key walks through it. */
function heatsOf(rollout: Rollout, tokenCount: number): HeatKind[] {
  if (tokenCount === 0) return [];
  const spans = (rollout.rewards ?? []).some((own) => own.weight !== 0 && own.spans.length > 0);
  const heats: HeatKind[] = [];
  if ((rollout.advantages?.tokens.length ?? 0) > 0) heats.push('advantage');
  if (spans && hasReward(rollout)) heats.push('reward');
  heats.push('findings');
  if ((rollout.logprobs?.length ?? 0) > 0) heats.push('logprob');
  return heats;
}

/** A span may lie where no token is. */
function hasReward(rollout: Rollout): boolean {
  return inspectRollout({ ...rollout, advantages: undefined }).heat?.of === 'reward';
}

/** Each run of tokens that a finding reached, by its first. */
function startsOfRuns(tokens: readonly InspectedToken[]): number[] {
  return tokens.flatMap(({ severity, index }) =>
    severity !== null && (index === 0 || tokens[index - 1].severity === null) ? [index] : [],
  );
}

/** Three lines about the token under the cursor. */
function detailLines(
  { rollout, computed, failure }: Known,
  { tokens }: Inspection,
  { at, width }: { at: number | null; width: number },
): StyledLine[] {
  if (at === null) return [line(span('no tokens: nobody sampled this text', 'dim')), [], []];
  const token = tokens[at];
  const { reward, labels, kinds, logprob } = token;
  const what = token.text === '' ? '∎ (end, no text)' : `«${oneLine(token.text, 60)}»`;
  const facts = [
    `id ${token.id ?? '?'}`,
    `bytes ${token.start}–${token.end}`,
    ...(token.isSampled ? [] : ['not sampled']),
    ...(logprob === null
      ? []
      : [`logprob ${signed(logprob, 3)} (${(Math.exp(logprob) * 100).toFixed(1)} %)`]),
  ];
  const stored = rollout.advantages?.tokens[at];
  return [
    line(
      span(`▲ token ${at + 1}/${tokens.length} `, 'accent'),
      span(what, 'title'),
      span(`  line ${token.line} · ${facts.join(' · ')}`, 'dim'),
    ),
    line(
      span('reward     ', 'dim'),
      reward === null
        ? 'none of its own'
        : span(
            `${signed(reward)}${labels.length > 0 ? ` (${oneLine(labels.join(', '))})` : ''}`,
            reward < 0 ? 'bad' : 'good',
          ),
      ...(kinds.length > 0
        ? [span(`  ${token.severity === 'error' ? '×' : '!'} ${oneLine(kinds.join(', '))}`, 'bad')]
        : []),
    ),
    line(
      span(width < 100 ? 'adv  ' : 'advantage  ', 'dim'),
      stored === undefined ? 'none stored' : `stored ${signed(stored)}`,
      ...(computed === null
        ? [span(`  ${failure === null ? 'not scored' : visibleText(failure)}`, 'dim')]
        : computedSchemes.map((name) =>
            span(
              ` ${width < 100 ? name.replace('return_', '') : ` ${name}`} ${signed(computed[name].tokens[at])}`,
            ),
          )),
    ),
  ];
}

function cutLine(bytes: number): StyledLine {
  return line(span(`… the completion goes on for ${bytes} bytes (rlsf inspect shows all)`, 'warn'));
}
