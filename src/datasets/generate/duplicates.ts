import type { Problem } from '../../records.js';
import { normalForm } from '../../tasks/cpp/normal-form.js';

/** What a problem is compared by. */
export interface Fingerprint {
  id: string;
  /** Runs of three words of statement and normalised signature. */
  shingles: ReadonlySet<string>;
  /** Signature and reference with names and literals taken out; `null` where there is no reference. */
  form: string | null;
}

export interface DuplicateIndex {
  /** The nearest problem that is there, where it is near enough. */
  find(print: Fingerprint): { id: string; similarity: number; by: 'statement' | 'program' } | null;
  add(print: Fingerprint): void;
}

/**
 * Problems by their likeness. Two are the same where the words of statement and signature overlap
 *   J = |A ∩ B| / |A ∪ B| ≥ threshold  (Jaccard, over runs of three words)
 * or where signature and reference are the same program but for names and literals. Counted exactly
 * through an index of the runs; estimating J (MinHash; Broder 1997) pays only for many more problems.
 */
export function createDuplicateIndex(threshold: number): DuplicateIndex {
  const prints: Fingerprint[] = [];
  const holders = new Map<string, number[]>();
  const forms = new Map<string, string>();
  return {
    find({ shingles, form }) {
      const same = form === null ? undefined : forms.get(form);
      if (same !== undefined) return { id: same, similarity: 1, by: 'program' };
      const shared = new Map<number, number>();
      for (const shingle of shingles)
        for (const i of holders.get(shingle) ?? []) shared.set(i, (shared.get(i) ?? 0) + 1);
      let best: { id: string; similarity: number; by: 'statement' } | null = null;
      for (const [i, both] of shared) {
        const similarity = both / (shingles.size + prints[i].shingles.size - both);
        if (similarity >= threshold && similarity > (best?.similarity ?? 0))
          best = { id: prints[i].id, similarity, by: 'statement' };
      }
      return best;
    },
    add(print) {
      for (const shingle of print.shingles)
        holders.set(shingle, [...(holders.get(shingle) ?? []), prints.length]);
      prints.push(print);
      if (print.form !== null && !forms.has(print.form)) forms.set(print.form, print.id);
    },
  };
}

/**
 * A C++ prompt counts by its comments as words and by its code without names; a prompt in words, or of
 * another language, by its words.
 */
export function fingerprint(
  problem: Pick<Problem, 'id' | 'prompt' | 'language' | 'reference'>,
): Fingerprint {
  const text =
    typeof problem.prompt === 'string'
      ? problem.prompt
      : problem.prompt.map(({ content }) => content).join('\n');
  const lines = text.split('\n').filter((line) => !/^\s*#\s*include/.test(line));
  const isCode = problem.language === 'cpp' && typeof problem.prompt === 'string';
  const isProse = (line: string): boolean => !isCode || /^\s*(\/\/|\/?\*)/.test(line);
  const prose = lines.filter(isProse).join('\n');
  const code = lines.filter((line) => !isProse(line)).join('\n');
  const signature = code.trim() === '' ? '' : normalForm(code);
  const { reference } = problem;
  return {
    id: problem.id,
    shingles: shinglesOf([...wordsOf(prose), ...signature.split(' ').filter(Boolean)]),
    form: isCode && reference !== undefined ? normalForm(`${code}\n${reference}`) : null,
  };
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[a-z]+|\d+/g) ?? [];
}

function shinglesOf(tokens: readonly string[]): Set<string> {
  const size = Math.min(3, tokens.length);
  const starts = Math.max(0, tokens.length - size + 1);
  return new Set(Array.from({ length: starts }, (_, i) => tokens.slice(i, i + size).join(' ')));
}
