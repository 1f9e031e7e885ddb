import { renderReference, singleFaults } from './family.js';
import type { Draft, Site } from './family.js';
import { lex } from './lexer.js';
import { normalForm } from './normal-form.js';

/** The most bodies of one draft that `draftForms` writes out. */
export const formCap = 6000;

/** Normal form of a function: signature and body, without the prelude. */
export function functionForm(signature: string, body: string): string {
  return normalForm(`${signature} {\n${body}}`);
}

export function referenceForm(draft: Draft): string {
  return functionForm(draft.signature, renderReference(draft));
}

/**
 * What a draft asks for, its free choices taken out: two settings with the same prompt form are one
 * problem with two ways to solve it. The names of the signature are replaced in the statement too,
 * numbers and pairs of brackets (a task about brackets draws which) by their order.
 */
export function promptForm(draft: Draft): string {
  const renamed = normalForm(draft.signature).split(' ');
  const names = new Map(lex(draft.signature).map(({ text }, i) => [text, renamed[i]]));
  const numbers = new Map<string, string>();
  const statement = draft.statement
    .replace(/<>|\(\)|\[\]|\{\}/g, 'PAIR')
    .replace(/\w+/g, (word) => {
      if (!/^\d+$/.test(word)) return names.get(word) ?? word;
      if (!numbers.has(word)) numbers.set(word, `L${numbers.size}`);
      return numbers.get(word)!;
    });
  return `// ${statement}\n${renamed.join(' ')}`;
}

/** Forms of the reference and of every body with exactly one fault. */
export function nearForms(draft: Draft): Set<string> {
  const bodies = singleFaults(draft).map(({ body }) => functionForm(draft.signature, body));
  return new Set([referenceForm(draft), ...bodies]);
}

/**
 * Forms of every body that `renderWithFaults` can give: each site in each of its right and wrong
 * texts. Beyond `cap` bodies, those with the fewest faults come first, so that all with up to some
 * number of faults are there; `complete` says whether all bodies are.
 */
export function draftForms(
  draft: Draft,
  cap: number = formCap,
): { forms: Set<string>; complete: boolean } {
  const sites = draft.body.flatMap((piece, at) =>
    typeof piece === 'string' ? [] : [{ piece, at }],
  );
  const forms = new Set<string>();
  const pieces = draft.body.map((piece) => (typeof piece === 'string' ? piece : piece.right[0]));
  let left = cap;
  /** Fills sites from `next` on with exactly `faults` faults in all. */
  function fill(next: number, faults: number): void {
    if (left <= 0) return;
    if (next === sites.length) {
      if (faults === 0) {
        left--;
        forms.add(functionForm(draft.signature, pieces.join('')));
      }
      return;
    }
    if (faults > sites.length - next) return;
    const { piece, at } = sites[next];
    for (const text of piece.right) {
      pieces[at] = text;
      fill(next + 1, faults);
    }
    if (faults === 0) return;
    for (const { text } of piece.wrong) {
      pieces[at] = text;
      fill(next + 1, faults - 1);
    }
  }
  for (let faults = 0; faults <= sites.length && left > 0; faults++) fill(0, faults);
  return { forms, complete: left > 0 || sites.reduce((n, s) => n * choices(s.piece), 1) <= cap };
}

/**
 * The form of all that a draft may become, its texts one after another. Where two drafts agree in
 * it, every choice of texts gives the same form in both, for a form only depends on which tokens
 * are equal.
 */
export function draftPattern(draft: Draft): string {
  const texts = draft.body.map((piece) =>
    typeof piece === 'string'
      ? piece
      : [...piece.right, ...piece.wrong.map(({ text }) => text)].join(' \u0001 '),
  );
  return normalForm(`${draft.signature} { ${texts.join(' \u0002 ')} }`);
}

function choices(site: Site): number {
  return site.right.length + site.wrong.length;
}
