/** How numbers are written for people. */
export function percent(value: number): string {
  return `${(value * 100).toFixed(1)} %`;
}

/** `1 group`, `3 groups`. */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** A signed difference of shares, in percentage points. */
export function points(value: number): string {
  const rounded = (value * 100).toFixed(1);
  return value > 0 ? `+${rounded}` : rounded.replace('-', '−');
}

export function signed(value: number, digits = 2): string {
  const text = value.toFixed(digits);
  return text.startsWith('-') ? text.replace('-', '−') : `+${text}`;
}

/** `1:05` or `1:02:09`; under a minute `42 s`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const pad = (n: number): string => String(n).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${pad(seconds % 60)} min`;
  return `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${pad(seconds % 60)} h`;
}

/** `12.3 MB`, from a thousand of them `1.23 GB`. */
export function megabytes(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

export function thousands(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}
