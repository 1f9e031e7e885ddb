import { describe, expect, it } from 'vitest';
import { families } from '../../../src/tasks/cpp/families/index.js';
import { nearForms, promptForm, referenceForm } from '../../../src/tasks/cpp/forms.js';
import { draftOf, variantsPerSetting } from '../../../src/tasks/cpp/problems.js';
import { makeSplit, settingsOf, splitOf, splits } from '../../../src/tasks/cpp/split.js';

const key = ({ family, setting }: ReturnType<typeof settingsOf>[number]): string =>
  `${family.name} ${JSON.stringify(family.settings[setting])}`;

describe('the split', () => {
  it('puts every (family, setting) into exactly one part', () => {
    const all = splits.flatMap((split) => settingsOf(split).map(key));
    expect(new Set(all).size).toBe(all.length);
    expect(all.length).toBe(families.reduce((sum, { settings }) => sum + settings.length, 0));
  });

  it('holds out families as a whole, and about a fifth of the settings of the others', () => {
    for (const family of families) {
      const split = splitOf(family);
      const kept = split.filter((part) => part === 'held_out').length;
      if (family.heldOut) expect(new Set(split)).toEqual(new Set(['held_out_families']));
      else {
        expect(split, family.name).not.toContain('held_out_families');
        expect(kept / split.length, family.name).toBeGreaterThan(0.1);
        expect(kept / split.length, family.name).toBeLessThan(0.4);
      }
    }
    expect(families.filter(({ heldOut }) => heldOut).length).toBeGreaterThanOrEqual(3);
  });

  it('is the same whenever it is made', () => {
    const again = makeSplit(families);
    for (const family of families) expect(again.get(family.name)).toEqual(splitOf(family));
  });

  it('leaves no training reference that equals a held-out reference or a single fault of one', () => {
    const near = new Set<string>();
    for (const split of ['held_out', 'held_out_families'] as const) {
      for (const { family, setting } of settingsOf(split)) {
        for (const form of nearForms(draftOf(family, setting, 0))) near.add(form);
      }
    }
    const shared = settingsOf('train').filter(({ family, setting }) =>
      near.has(referenceForm(draftOf(family, setting, 0))),
    );
    expect(shared.map(key)).toEqual([]);
  });

  it('keeps settings together that ask for the same thing', () => {
    const parts = new Map<string, Set<string>>();
    for (const split of splits) {
      for (const { family, setting } of settingsOf(split)) {
        for (let variant = 0; variant < variantsPerSetting; variant++) {
          const form = promptForm(draftOf(family, setting, variant));
          parts.set(form, (parts.get(form) ?? new Set()).add(split));
        }
      }
    }
    expect([...parts].filter(([, where]) => where.size > 1).map(([form]) => form)).toEqual([]);
  });
});
