import type { Converter } from './tslab.js';

/**
 * What stands before the first line, as if it had been typed: the whole library by its names, the
 * session, and `_`. Values are put in by the engine.
 */
export function preludeOf(converter: Converter): string {
  const library = `import * as rlsf from 'rlsf';`;
  const namesIn = (source: string): string[] =>
    converter.complete(library, source, source.length).candidates;
  const names = new Set([...namesIn('let probe: rlsf.'), ...namesIn('rlsf.')]);
  const known = [...names].filter((name) => /^[A-Za-z][\w$]*$/.test(name) && name !== 'default');
  return [
    `import { ${known.join(', ')} } from 'rlsf';`,
    'let session: Session;',
    'let _: any;',
  ].join('\n');
}
