import type { SourcePart } from '../diagnostics/index.js';
import { inputError } from '../errors.js';
import type { ProgramTests } from '../records.js';

/** The judged file where `includes` is a part of it: each part by its name, the includes whole lines. */
export function sourceParts(
  { includes, prefix, suffix }: ProgramTests,
  completion: string,
): SourcePart[] {
  const isOpen = includes !== '' && !includes.endsWith('\n');
  return [
    { name: 'includes', text: isOpen ? `${includes}\n` : includes },
    { name: 'prefix', text: prefix },
    { name: 'completion', text: completion },
    { name: 'suffix', text: suffix },
  ];
}

/**
 * Names of further files: plain, below the program's folder, none hidden (the judge's own are), and
 * none of the `reserved` files or folders.
 */
export function checkFiles(names: readonly string[], reserved: readonly string[]): void {
  for (const name of names) {
    const isPlain = /^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/.test(name);
    if (isPlain && !reserved.some((own) => name === own || name.startsWith(`${own}/`))) continue;
    throw inputError(
      `tests.files: expected plain relative names other than ${reserved.join(', ')}, came ${JSON.stringify(name)}. Use letters, digits, \`_\`, \`-\`, \`.\` (not first) and \`/\`.`,
    );
  }
}
