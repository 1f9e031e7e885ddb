import { byteOffsetOfIndex } from '../../../diagnostics/index.js';
import type { Diagnostic } from '../../../records.js';
import { runnerFinding } from '../../verdict.js';
import type { Program } from './program.js';

/**
 * Attributes that a sanitizer takes as an order to look away, and directives by which the compiler says
 * less. Looked for in the bare text: what stands in a comment or a literal is told too, since only a
 * preprocessor could tell it apart for sure.
 */
const switches =
  /\b_*(?:no_sanitize\w*|no_address_safety_analysis\w*|disable_sanitizer_instrumentation\w*)|(?:#|%:|\?\?=)[ \t]*pragma[ \t]+(?:GCC|clang)[ \t]+(?:diagnostic|system_header|optimize)\b|\b(?:_Pragma|__pragma)\b/g;

/**
 * Where a completion switches checks off, as warnings: a verdict that was reached with eyes shut is not a
 * clean one.
 */
export function checksOff({ map }: Program): Diagnostic[] {
  const whole = Buffer.from(map.text);
  const completion = whole.subarray(map.completion.start, map.completion.end).toString();
  return [...completion.matchAll(switches)].map((match): Diagnostic => {
    const start = byteOffsetOfIndex(completion, match.index);
    const end = start + Buffer.byteLength(match[0]);
    const before = whole.subarray(0, map.completion.start + start);
    const line = before.reduce((count, byte) => count + (byte === newline ? 1 : 0), 1);
    const column = before.length - before.lastIndexOf(newline);
    return {
      ...runnerFinding('checks-off', `\`${match[0]}\` switches a check off`),
      severity: 'warning',
      position: { file: 'program.cpp', line, column },
      span: { start, end, precision: 'span' },
    };
  });
}

const newline = 0x0a;
