/** What the text of a Java program says about itself, as far as its tokens tell. */
export interface JavaNames {
  /** `` for none. */
  package: string;
  /** The class that gives the file its name: the public one, else the first. */
  main: string;
}

/** The public class names the file, else the first one that has a `main`, else the first. */
export function namesOf(text: string): JavaNames {
  const plain = blankOut(text);
  const declared = [
    ...plain.matchAll(/\b(?:class|interface|enum|record)\s+([\p{L}_$][\p{L}\p{N}_$]*)/gu),
  ];
  const topLevel = declared
    .filter(({ index }) => depthAt(plain, index) === 0)
    .map((match, i, all) => ({
      name: match[1],
      isPublic: /\bpublic\b[^;{}]*$/.test(plain.slice(0, match.index)),
      hasMain: /\bmain\s*\(/.test(plain.slice(match.index, all[i + 1]?.index)),
    }));
  const chosen =
    topLevel.find(({ isPublic }) => isPublic) ??
    topLevel.find(({ hasMain }) => hasMain) ??
    topLevel[0];
  return {
    package: /^\s*package\s+([\w.]+)\s*;/.exec(plain)?.[1] ?? '',
    main: chosen?.name ?? 'Main',
  };
}

/** The declaration of a package that a text begins with, and its line; `` for none. */
export function packageLine(text: string): string {
  const declared = /^\s*package\s+[\w.]+\s*;[^\S\n]*\n?/.exec(blankOut(text));
  return text.slice(0, declared?.[0].length ?? 0);
}

/**
 * The text with comments, literals and all that is not ASCII made blank, every UTF-16 unit at its
 * place: what is left are names, brackets and operators.
 */
export function blankOut(text: string): string {
  const pattern =
    /\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)|"""[^]*?(?:[^\\]"""|$)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?/g;
  return text.replaceAll(pattern, (found) => found.replaceAll(/[^\n]/g, ' '));
}

function depthAt(plain: string, end: number): number {
  let depth = 0;
  for (let i = 0; i < end; i++) {
    if (plain[i] === '{') depth++;
    else if (plain[i] === '}') depth--;
  }
  return depth;
}
