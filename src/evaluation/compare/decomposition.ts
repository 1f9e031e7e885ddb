/** A change split into that of form and that of ability. */
import { createRandom } from '../../algorithms/index.js';
import type { IntervalOptions } from '../rates.js';
import type { Interval } from '../records.js';
import type { Cells } from './crossed-bootstrap.js';
import { crossedStatistics } from './crossed-bootstrap.js';
import type { MeasureName } from './measures.js';

/** Which rate is a product of which: `whole` = `gate` × the rate among those that pass the gate. */
export interface Factors {
  whole: MeasureName;
  gate: MeasureName;
  gateTitle: string;
  abilityTitle: string;
}

/** Of answers: form and accuracy in that form; of programs: compiling and passing once compiled. */
export function factorsOf(hasAnswers: boolean): Factors {
  return hasAnswers
    ? {
        whole: 'strict_accuracy',
        gate: 'format_rate',
        gateTitle: 'form',
        abilityTitle: 'right, given the form',
      }
    : {
        whole: 'test_pass_rate',
        gate: 'compile_rate',
        gateTitle: 'compiling',
        abilityTitle: 'passes, given it compiles',
      };
}

export interface Decomposition extends Factors {
  /** `gate` and `ability` of each side; an ability without anything that passes the gate is NaN. */
  first: { gate: Interval; ability: Interval };
  second: { gate: Interval; ability: Interval };
  /** Both parts add up to the change of `whole`. */
  change: { gate: Interval; ability: Interval; whole: Interval };
}

/**
 * w = g · a on each side: w the whole (right in the demanded form), g the gate (in that form), and
 * a = w / g. The change of w in two parts that add up to it exactly:
 *   Δw = Δg · (a₁ + a₂) / 2  +  Δa · (g₁ + g₂) / 2
 * the mean over both orders of changing one factor after the other: Shapley's value of a game of two
 * (Shapley 1953; in demography Kitagawa, Journal of the American Statistical Association 50, 1955, and
 * Das Gupta 1993). Where one side lets nothing through its gate, its ability is unknown and taken as
 * the other side's: all of the change is then the gate's.
 * @param gates  [S, P] of both sides; @param wholes likewise, no cell above the gate's
 */
export function decompose(
  factors: Factors,
  gates: readonly [Cells, Cells],
  wholes: readonly [Cells, Cells],
  options: IntervalOptions = {},
): Decomposition {
  const [gate1, gate2, ability1, ability2, gate, ability, whole] = crossedStatistics(
    [gates[0], gates[1], wholes[0], wholes[1]],
    ([g1, g2, w1, w2]) => [g1, g2, w1 / g1, w2 / g2, ...splitChange(g1, g2, w1, w2), w2 - w1],
    { random: createRandom(`compare/parts/${factors.whole}`), ...options },
  );
  return {
    ...factors,
    first: { gate: gate1, ability: ability1 },
    second: { gate: gate2, ability: ability2 },
    change: { gate, ability, whole },
  };
}

/** The gate's part and the ability's part of w₂ − w₁. */
export function splitChange(g1: number, g2: number, w1: number, w2: number): [number, number] {
  const a1 = g1 > 0 ? w1 / g1 : g2 > 0 ? w2 / g2 : 0;
  const a2 = g2 > 0 ? w2 / g2 : a1;
  return [((g2 - g1) * (a1 + a2)) / 2, ((a2 - a1) * (g1 + g2)) / 2];
}
