import type { PlotAxis } from './read.js';

/** From values to places between 0 and 1, with the values that are named on the axis. */
export interface Scale {
  /** NaN where the axis has no place for it (0 on a logarithmic one). */
  place(value: number): number;
  ticks: { value: number; text: string }[];
  low: number;
  high: number;
}

/** @param most ticks at most, about */
export function scaleOf(axis: PlotAxis, values: readonly number[], most: number): Scale {
  const isLog = axis.kind === 'log';
  const usable = values.filter((value) => Number.isFinite(value) && (!isLog || value > 0));
  const [low, high] = axis.range ?? extent(usable, axis);
  const to = isLog ? Math.log10 : (value: number): number => value;
  const [from, until] = [to(low), to(high)];
  const ticks =
    axis.ticks ??
    (isLog ? logTicks(low, high) : tickValues(low, high, most)).map((value, _, all) => ({
      value,
      text: writeNumber(
        value,
        axis.format,
        all.length > 1 && !isLog ? Math.abs(all[1] - all[0]) : 0,
      ),
    }));
  return {
    place: (value) => (isLog && value <= 0 ? NaN : (to(value) - from) / (until - from || 1)),
    ticks: ticks.filter(
      ({ value }) =>
        value >= low && value <= high && (!axis.format.endsWith('d') || Number.isInteger(value)),
    ),
    low,
    high,
  };
}

/** Round values from `low` to `high`, at most about `most` of them. */
export function tickValues(low: number, high: number, most: number): number[] {
  if (!(high > low)) return [low];
  const least = (high - low) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((one) => one >= least * 0.999) ?? 1;
  const values: number[] = [];
  for (let n = Math.ceil(low / step - 1e-9); n * step <= high + step * 1e-9; n++)
    values.push(Number((n * step).toPrecision(12)));
  return values;
}

/**
 * A number in Plotly's format: `.0%`, `+.1f`, `d`; without one, with as many digits as the step between
 * the ticks asks for.
 */
export function writeNumber(value: number, format = '', step = 0): string {
  const sign = format.startsWith('+') && value > 0 ? '+' : '';
  const asked = /\.(\d+)(~?)([%fe])/.exec(format);
  const digitsOf = (unit: number): number =>
    unit > 0 ? Math.max(0, Math.min(6, -Math.floor(Math.log10(unit) + 1e-9))) : 0;
  const negative = (text: string): string => text.replace('-', '−');
  if (asked?.[3] === '%') {
    const most = asked[2] === '~' ? 0 : Number(asked[1]);
    return negative(`${sign}${(value * 100).toFixed(Math.max(most, digitsOf(step * 100)))}%`);
  }
  if (asked?.[3] === 'f') return negative(sign + value.toFixed(Number(asked[1])));
  if (format.endsWith('d')) return negative(sign + String(Math.round(value)));
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e6 || size < 1e-4)) return negative(value.toExponential(0));
  return negative(
    sign + (step > 0 ? value.toFixed(digitsOf(step)) : String(Number(value.toPrecision(3)))),
  );
}

function extent(values: readonly number[], { kind, fromZero }: PlotAxis): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return kind === 'log' ? [1, 10] : [0, 1];
  if (kind === 'log') return low === high ? [low / 2, high * 2] : [low, high];
  if (fromZero) [low, high] = [Math.min(0, low), Math.max(0, high)];
  if (low !== high) return [low, high];
  const room = Math.abs(low) * 0.1 || 1;
  return fromZero && low === 0 ? [0, 1] : [low - room, high + room];
}

function logTicks(low: number, high: number): number[] {
  const powers: number[] = [];
  for (let n = Math.floor(Math.log10(low)); n <= Math.ceil(Math.log10(high)); n++) powers.push(n);
  const digits = powers.length > 4 ? [1] : [1, 2, 5];
  return powers.flatMap((n) => digits.map((digit) => Number((digit * 10 ** n).toPrecision(12))));
}
