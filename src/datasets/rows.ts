/**
 * What the steps of preference training eat: token ids, no texts. Weights and reference
 * log-probabilities are one number per token of their side; training fills the latter.
 */
export interface PreferencePair {
  id?: string;
  promptIds: number[];
  chosenIds: number[];
  rejectedIds: number[];
  /** Absent: 1 on every token. */
  chosenWeights?: number[];
  rejectedWeights?: number[];
  refChosenLogps?: number[];
  refRejectedLogps?: number[];
}

/** One completion that is wanted (`label: true`) or not: a row of KTO. */
export interface UnpairedExample {
  id?: string;
  promptIds: number[];
  completionIds: number[];
  label: boolean;
  /** Absent: 1 on every token. */
  weights?: number[];
  refLogps?: number[];
}
