/** What in the data makes a discriminator worth less than its AUC says. */
import type { DiscriminatorData } from './data.js';
import { splitNames } from './data.js';
import type { DiscriminatorMeasures } from './measures.js';
import type { PolicyText } from './texts.js';

export interface WarningFacts {
  data: DiscriminatorData;
  measures: DiscriminatorMeasures;
  converged: boolean;
  duplicates: 'drop' | 'keep';
  texts: readonly PolicyText[];
}

/** Fewer references than this in a part make its figure a guess. */
const fewReferences = { train: 50, calibration: 20, test: 20 };

export function discriminatorWarnings(facts: WarningFacts): string[] {
  const { data, measures, converged, duplicates, texts } = facts;
  const warnings: string[] = [];
  for (const name of splitNames) {
    const references = data.splits[name].filter(({ isReference }) => isReference).length;
    if (references < fewReferences[name])
      warnings.push(
        `Few texts: ${references} references in the ${name} part, fewer than ${fewReferences[name]}. Sample completions of more problems.`,
      );
  }
  const alike = splitNames.reduce((sum, name) => sum + data.duplicates[name].length, 0);
  const kept = splitNames.reduce((sum, name) => sum + completionsIn(data, name), 0);
  const all = duplicates === 'drop' ? alike + kept : kept;
  if (alike > 0.05 * all)
    warnings.push(
      `${alike} of ${all} completions have the form of their reference: ${duplicates === 'drop' ? 'dropped, so the figures are about those that differ' : 'kept, though nothing tells them from it'}.`,
    );
  const references = data.splits.test.filter(({ isReference }) => isReference).length;
  if (data.sharedForms > 0.1 * references)
    warnings.push(
      `${data.sharedForms} of ${references} test references have the form of a training reference: problems are alike, and part of the AUC is memory. Keep alike problems on one side (--split-by).`,
    );
  const { auc, lengthAuc } = measures;
  if (Math.abs(lengthAuc.value - 0.5) > 0.15)
    warnings.push(
      `Length alone separates the classes (AUC ${lengthAuc.value.toFixed(3)}): look whether the discriminator goes by more than that.`,
    );
  if (auc.low <= 0.5)
    warnings.push(
      `The AUC's interval reaches 0.5: nothing shows that it tells references from the policy. A reward made of it is noise.`,
    );
  const cut = texts.filter(({ finishReason }) => finishReason === 'length').length;
  if (cut > 0.1 * texts.length)
    warnings.push(
      `${cut} of ${texts.length} completions were cut at their length limit: the discriminator may go by the missing end. Sample with more tokens.`,
    );
  if (!converged)
    warnings.push('The optimiser stopped before its gradient was small. Give it more --max-steps.');
  return warnings;
}

function completionsIn({ splits }: DiscriminatorData, name: (typeof splitNames)[number]): number {
  return splits[name].filter(({ isReference }) => !isReference).length;
}
