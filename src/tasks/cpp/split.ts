import { createRandom } from '../../algorithms/random.js';
import type { Draft, Family } from './family.js';
import { families } from './families/index.js';
import { nearForms, promptForm, referenceForm } from './forms.js';
import { draftOf } from './problems.js';

export type Split = 'train' | 'held_out' | 'held_out_families';

export const splits: readonly Split[] = ['train', 'held_out', 'held_out_families'];

const heldOutShare = 0.2;
/** A family without a small enough group of settings to hold out stays in training as a whole. */
const largestShare = 0.4;

let memo: Map<string, Split[]> | null = null;

/** Split of every setting of a family. */
export function splitOf(family: Family): Split[] {
  memo ??= makeSplit(families);
  return memo.get(family.name)!;
}

/** All (family, setting) pairs of a split, in order of definition. */
export function settingsOf(split: Split): { family: Family; setting: number }[] {
  return families.flatMap((family) =>
    splitOf(family).flatMap((of, setting) => (of === split ? [{ family, setting }] : [])),
  );
}

/**
 * Which settings are kept from training: about a fifth of every family, chosen by a seeded shuffle,
 * and all of the families marked so. A setting whose reference has the same normal form as the
 * reference, or as a single fault, of a held-out one is held out with it: else its own solution could
 * not be in the corpus, which holds no reference and no fault of a held-out setting. Settings that ask
 * for the same thing and differ in the reference's method only stay together as well.
 */
export function makeSplit(all: readonly Family[]): Map<string, Split[]> {
  const result = new Map<string, Split[]>();
  const closures = new Map(all.map((family) => [family.name, closuresOf(family)]));
  for (const family of all) {
    const split: Split[] = family.settings.map(() =>
      family.heldOut ? 'held_out_families' : 'train',
    );
    if (!family.heldOut) {
      for (const setting of heldOutSettings(family, closures.get(family.name)!.closed)) {
        split[setting] = 'held_out';
      }
    }
    result.set(family.name, split);
  }
  // Families share programs here and there: what a held-out setting elsewhere covers is held out too.
  for (let changed = true; changed;) {
    changed = false;
    const covered = new Set<string>();
    for (const family of all) {
      result.get(family.name)!.forEach((split, i) => {
        if (split === 'train') return;
        const { near, prompts } = closures.get(family.name)!;
        near[i].forEach((form) => covered.add(form));
        covered.add(prompts[i]);
      });
    }
    for (const family of all) {
      const split = result.get(family.name)!;
      const { references, prompts } = closures.get(family.name)!;
      references.forEach((form, i) => {
        if (split[i] === 'train' && (covered.has(form) || covered.has(prompts[i]))) {
          split[i] = 'held_out';
          changed = true;
        }
      });
    }
  }
  return result;
}

/** For every setting, those that must be held out with it. */
function closuresOf(family: Family): {
  references: string[];
  prompts: string[];
  near: Set<string>[];
  closed: Set<number>[];
} {
  const drafts: Draft[] = family.settings.map((_, setting) => draftOf(family, setting, 0));
  const references = drafts.map(referenceForm);
  const prompts = drafts.map(promptForm);
  const near = drafts.map(nearForms);
  const pulls = near.map((forms, at) =>
    references.flatMap((form, i) => (forms.has(form) || prompts[i] === prompts[at] ? [i] : [])),
  );
  const closed = family.settings.map((_, start) => {
    const reached = new Set([start]);
    for (const setting of reached) pulls[setting].forEach((other) => reached.add(other));
    return reached;
  });
  return { references, prompts, near, closed };
}

function heldOutSettings(family: Family, closed: readonly Set<number>[]): Set<number> {
  const random = createRandom(`cpp/split/${family.name}`);
  const total = family.settings.length;
  const chosen = new Set<number>();
  for (const setting of random.shuffle(family.settings.map((_, i) => i))) {
    if (chosen.size >= Math.round(total * heldOutShare)) break;
    const grown = new Set([...chosen, ...closed[setting]]);
    if (grown.size <= total * largestShare) grown.forEach((member) => chosen.add(member));
  }
  return chosen;
}
