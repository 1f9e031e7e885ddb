/** `0.031`, and `< 0.001` below that: three digits say all that a p-value can. */
export function formatP(p: number): string {
  if (!Number.isFinite(p)) return '–';
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}
