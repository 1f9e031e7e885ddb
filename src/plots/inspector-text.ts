import { visibleText } from './visible.js';

/** Any text as HTML text or attribute value: it can neither run nor hide. */
export function escaped(text: string): string {
  return visibleText(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
    .replaceAll('`', '&#96;');
}

/** `asan heap-buffer-overflow` and the message without what the name says already. */
export function findingTitle({
  tool,
  kind,
  message,
}: {
  tool: string;
  kind: string;
  message: string;
}): { name: string; rest: string } {
  const rest = message.startsWith(kind)
    ? message.slice(kind.length).replace(/^[\s:;,]+/, '')
    : message;
  return { name: `${tool} ${kind}`, rest };
}

export function signed(value: number): string {
  return value > 0 ? `+${number(value)}` : number(value);
}

/** Two digits, or as many as it takes for a small one to differ from 0. */
export function number(value: number): string {
  if (value === 0) return '0';
  const digits = Math.abs(value) >= 0.1 ? value.toFixed(2) : String(Number(value.toPrecision(2)));
  return digits.replace('-', '−');
}

export function probability(logprob: number): string {
  const value = Math.exp(logprob);
  if (value >= 0.9995) return value >= 1 ? '1' : '> 0.999';
  return value < 0.001 ? '< 0.001' : value.toFixed(3);
}

/** How much likelier: the exponential of a difference of log-probabilities, `× 1.25`. */
export function times(difference: number): string {
  const ratio = Math.exp(difference);
  return `× ${ratio >= 100 ? ratio.toExponential(1) : Number(ratio.toPrecision(3))}`;
}
