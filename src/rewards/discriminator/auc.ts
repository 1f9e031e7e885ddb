/**
 * Area under the ROC curve: the share of pairs of a reference and another text in which the reference
 * scores higher, ties counting half (Mann and Whitney 1947). NaN where a class has no weight.
 * @param scores [N]
 * @param labels [N] true: reference
 * @param counts [N] how often each is there, as resampling draws them @default once
 */
export function auc(
  scores: readonly number[],
  labels: readonly boolean[],
  counts?: ArrayLike<number>,
): number {
  return sortedAuc(scores, labels)(counts ?? new Uint8Array(scores.length).fill(1));
}

/** The same for many counts of the same scores: sorted once. */
export function sortedAuc(
  scores: readonly number[],
  labels: readonly boolean[],
): (counts: ArrayLike<number>) => number {
  const order = Array.from(scores.keys()).sort((a, b) => scores[a] - scores[b]);
  return (counts) => {
    let [below, pairs, references, others] = [0, 0, 0, 0];
    for (let i = 0; i < order.length;) {
      let [tiedReferences, tiedOthers] = [0, 0];
      const score = scores[order[i]];
      for (; i < order.length && scores[order[i]] === score; i++) {
        if (labels[order[i]]) tiedReferences += counts[order[i]];
        else tiedOthers += counts[order[i]];
      }
      pairs += tiedReferences * (below + tiedOthers / 2);
      below += tiedOthers;
      references += tiedReferences;
      others += tiedOthers;
    }
    return references > 0 && others > 0 ? pairs / (references * others) : NaN;
  };
}
