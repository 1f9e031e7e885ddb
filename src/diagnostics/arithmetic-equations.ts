import { parseSide } from './arithmetic-expression.js';
import type { ParsedSide } from './arithmetic-expression.js';
import { tokenize } from './arithmetic-tokens.js';
import type { MathToken } from './arithmetic-tokens.js';
import {
  isFactor,
  isInfix,
  isLabel,
  isPercent,
  isPostfix,
  isPrefix,
  isUnit,
} from './arithmetic-words.js';

/** One side of an equation, with where it stands. */
export interface Side extends ParsedSide {
  /** UTF-16 range in the text. */
  start: number;
  end: number;
  tokens: readonly MathToken[];
  /** Why the expression may not be all that is meant: what stands beside it calculates as well. */
  doubt: string | null;
}

/** `a = b = c`: two sides or more. */
export type Chain = readonly Side[];

/** The equations inside `<<…>>`. All of it is arithmetic, or the side is left out. */
export function annotationChains(text: string): Chain[] {
  return [...text.matchAll(/<<([^<>\n]*)>>/g)].flatMap((match) => {
    const sides = splitAtEquals(tokenize(match[1], match.index + 2)).map((gap) =>
      toSide(gap, null),
    );
    return chainsOf(sides);
  });
}

/** The equations in running text, line by line; a line that begins with `=` goes on from the last. Annotations count as blanks. */
export function textChains(text: string): Chain[] {
  const lines: MathToken[][] = [[]];
  let isFresh = false;
  for (const token of tokenize(text)) {
    if (token.text === '\n') {
      isFresh = true;
      continue;
    }
    if (isFresh && token.kind !== 'equals') lines.push([]);
    isFresh = false;
    lines[lines.length - 1].push(token);
  }
  return lines.flatMap((line) => {
    const gaps = splitAtEquals(line);
    if (gaps.length < 2) return [];
    const sides = gaps.flatMap((gap, i) => {
      if (i === 0) return [sideBefore(gap, true)];
      if (i === gaps.length - 1) return [sideAfter(gap)];
      const whole = toSide(gap, null);
      return whole === null ? [sideAfter(gap), null, sideBefore(gap, false)] : [whole];
    });
    return chainsOf(sides);
  });
}

function splitAtEquals(tokens: readonly MathToken[]): MathToken[][] {
  const gaps: MathToken[][] = [[]];
  for (const token of tokens) {
    if (token.kind === 'equals') gaps.push([]);
    else gaps[gaps.length - 1].push(token);
  }
  return gaps;
}

/** Runs of sides without a gap. */
function chainsOf(sides: readonly (Side | null)[]): Chain[] {
  const chains: Side[][] = [[]];
  for (const side of sides) {
    if (side === null) chains.push([]);
    else chains[chains.length - 1].push(side);
  }
  return chains.filter((chain) => chain.length > 1);
}

function toSide(tokens: readonly MathToken[], doubt: string | null): Side | null {
  const parsed = parseSide(tokens);
  if (parsed === null) return null;
  return { ...parsed, tokens, start: tokens[0].start, end: tokens[tokens.length - 1].end, doubt };
}

/** The expression at the end of some text: from its last token back, as far as it is arithmetic. */
function sideBefore(gap: readonly MathToken[], isLineStart: boolean): Side | null {
  let start = gap.length;
  let depth = 0;
  while (start > 0) {
    const { kind } = gap[start - 1];
    if (kind === 'open' && depth === 0) break;
    if (kind === 'word') {
      const unit = unitBefore(gap, start);
      if (unit === null) break;
      start = unit;
      continue;
    }
    if (!['number', 'operator', 'open', 'close'].includes(kind)) break;
    if (kind === 'close') depth++;
    if (kind === 'open') depth--;
    start--;
  }
  if (depth > 0) start = afterUnmatched(gap, start);
  const isMark = ['*', '-'].includes(gap[start]?.text) && gap[start].end < gap[start + 1]?.start;
  const isBullet = isLineStart && start === 0 && isMark;
  const signed = gap[start]?.text === '-' ? toSide(gap.slice(start), null) : null;
  // `- 3 + 4 = 7`: a bullet at the line's start, a dash after prose, or a minus.
  if (isBullet) {
    const side = toSide(gap.slice(1), null);
    if (side !== null && signed !== null) side.readings.push(...signed.readings);
    return side;
  }
  const side = toSide(gap.slice(start), doubtBefore(gap, start));
  const unsigned = signed === null ? null : toSide(gap.slice(start + 1), null);
  if (side !== null && unsigned !== null) side.readings.push(...unsigned.readings);
  return side;
}

/** Where the words that end at `end` begin, if they are the unit of an operand (or `of` behind `%`). */
function unitBefore(gap: readonly MathToken[], end: number): number | null {
  const next = gap[end]?.kind;
  let start = end;
  while (start > 0 && gap[start - 1].kind === 'word') start--;
  const words = gap.slice(start, end).map(({ text }) => text);
  if (next === 'number' || next === 'open') {
    const isShare = isPercent(words[0]) || gap[start - 2]?.text === '/';
    return isShare && words.at(-1) === 'of' ? start : null;
  }
  const before = gap[start - 1]?.kind;
  return (before === 'number' || before === 'close') && isUnit(words) ? start : null;
}

/** Behind the last `)` that nothing opened: `1) 3 + 4`. */
function afterUnmatched(gap: readonly MathToken[], from: number): number {
  let depth = 0;
  let start = from;
  for (let i = from; i < gap.length; i++) {
    if (gap[i].kind === 'open') depth++;
    if (gap[i].kind === 'close' && depth-- === 0) {
      depth = 0;
      start = i + 1;
    }
  }
  return start;
}

function doubtBefore(gap: readonly MathToken[], start: number): string | null {
  let i = start - 1;
  const before = gap[i];
  if (before === undefined) return null;
  if (before.kind === 'close' && i > 1) return 'a bracket stands before it';
  if (['bad', 'number', 'operator'].includes(before.kind))
    return `\`${before.text}\` stands before it`;
  // `. 84 + 3`, `14, 400 / 80`
  const earlier = gap[i - 1]?.kind;
  if (before.kind === 'break' && earlier === 'operator') return 'an operator stands before it';
  if (before.text === ',' && earlier === 'number' && /^\d{3}$/.test(gap[start].text))
    return 'its first number may go on to the left';
  if (before.kind !== 'word') return doubtOfPhrase(gap, i);
  if (gap[start]?.text === '-') return 'its minus stands behind a word';
  while (/^(the|these|those|his|her|their|its)$/.test(gap[i]?.text)) i--;
  const [word, own] = [gap[i]?.text ?? '', gap[i - 1]];
  const hasOperand = own !== undefined && (isOperandEnd(own) || isFactor(own.text));
  const isCalculated = isPrefix(word) || (hasOperand && isInfix(word)) || isLabel(word, own?.text);
  if (isCalculated || (word === 'and' && own?.kind === 'number'))
    return `\`${word}\` stands before it`;
  return doubtOfPhrase(gap, i);
}

/** `7 adults + Shonda (1) + 2`: an operator, then words. */
function doubtOfPhrase(gap: readonly MathToken[], from: number): string | null {
  let i = from;
  while (i >= 0 && ['word', 'open'].includes(gap[i].kind)) i--;
  return gap[i]?.kind === 'operator' ? 'an operator stands before its words' : null;
}

function isOperandEnd({ kind }: MathToken): boolean {
  return kind === 'number' || kind === 'close' || kind === 'bad';
}

/** The expression at the start of some text: the longest that ends with an operand. */
function sideAfter(gap: readonly MathToken[]): Side | null {
  let end = 0;
  let depth = 0;
  let wantsOperand = true;
  for (let i = 0; i < gap.length; i++) {
    const { kind, text } = gap[i];
    if (wantsOperand) {
      if (kind === 'open') depth++;
      else if (kind === 'number') wantsOperand = false;
      else if (kind !== 'operator' || text !== '-') break;
    } else if (kind === 'operator') wantsOperand = true;
    else if (kind === 'close' && depth > 0) depth--;
    else if (!isPercent(text) && !isFraction(gap, i)) break;
    if (!wantsOperand && depth === 0) end = i + 1;
  }
  if (end === 0) return null;
  if (gap[end]?.kind === 'word' && isScale(gap[end].text)) end++;
  const side = toSide(gap.slice(0, end), doubtAfter(gap, end));
  const word = gap[end];
  if (side !== null && word?.kind === 'word' && isUnit([word.text])) side.units.push(word.text);
  return side;
}

/** The `1/2` of `1 1/2`. */
function isFraction(gap: readonly MathToken[], at: number): boolean {
  const [above, slash, below] = gap.slice(at, at + 3);
  return above.kind === 'number' && slash?.text === '/' && below?.kind === 'number';
}

function isScale(word: string): boolean {
  return /^(cents?|dozens?|hundred|thousand|million|billion)$/.test(word);
}

function isOperandStart({ kind }: MathToken): boolean {
  return kind === 'number' || kind === 'open' || kind === 'bad';
}

function doubtAfter(gap: readonly MathToken[], end: number): string | null {
  const after = gap[end];
  if (after === undefined) return null;
  if (['bad', 'number', 'operator'].includes(after.kind)) return `\`${after.text}\` follows it`;
  if (after.kind === 'open' && after.start === gap[end - 1].end) return 'a bracket follows it';
  let i = end;
  while (gap[i]?.kind === 'word') i++;
  const isCalculated = isInfix(after.text) && gap.slice(end, end + 3).some(isOperandStart);
  if (isPostfix(after.text) || isCalculated) return `\`${after.text}\` follows it`;
  const next = gap[i + 1];
  return i > end && gap[i]?.kind === 'operator' && next && isOperandStart(next)
    ? 'an operator follows its words'
    : null;
}
