import type { Figure } from '../plots/index.js';
import type { PlotOptions, PlotSource } from './plot-source.js';

/** A kind of figure: what it shows, what it needs, and how it is made from a source. */
export interface PlotKind {
  /** As it is typed. */
  name: string;
  summary: string;
  /** What the source must have. */
  needs: string;
  /** Throws where the source has not what it needs, with what gives it. */
  draw(source: PlotSource, options: PlotOptions): Promise<Figure>;
}

/** Keeps the types of its arguments where a kind is written in a list. */
export function plotKind(kind: PlotKind): PlotKind {
  return kind;
}
