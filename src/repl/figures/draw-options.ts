import type { Signs } from './signs.js';

export interface DrawOptions {
  /** Columns, labels included. */
  width: number;
  /** Rows of a field; a list of bars takes as many as it needs. */
  rows: number;
  signs: Signs;
  ascii: boolean;
}
