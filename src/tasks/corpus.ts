/** A completion of one of a task's training problems, right or wrong. */
export interface CorpusProgram {
  prompt: string;
  completion: string;
  family: string;
  /** What was done to it: fault kinds and `slip/…`; empty for a correct one. */
  faults: string[];
}

export interface CorpusOptions {
  n: number;
  /** Chance that a place of a completion that can go wrong does, each place for itself. */
  faultRate: number;
  /** Chance that a completion has a slip of the hand. */
  slipRate: number;
  seed: number;
}

/** What a task can have a policy pre-trained on: completions of its own making, right and wrong. */
export interface TaskCorpus {
  /** Deterministic in its options; nothing of a held-out problem is in it. */
  make(options: CorpusOptions): CorpusProgram[];
  /** The form of each completion: what is left once free choices (names, literals) are taken out. */
  forms(corpus: readonly CorpusProgram[]): Set<string>;
  /** Forms of the held-out problems' solutions, and of what a corpus must not hold besides. */
  heldOutForms(): Set<string>;
  card: CorpusCard;
}

/** The words of a pre-trained policy's model card. */
export interface CorpusCard {
  tags: readonly string[];
  /** One completion and many: `program`, `programs`. */
  one: string;
  many: string;
  /** After «A tiny decoder (…) that»: what the policy does. */
  does: string;
  /** After «reinforcement learning from». */
  feedback: string;
  /** After «every» and before «with chance»: what `faultRate` applies to. */
  place: string;
  /** What `slipRate` is called. */
  slip: string;
  /** What is taken out of a completion to get its form. */
  renamed: string;
  /** What else a reader should know of the corpus. */
  note?: string;
}
