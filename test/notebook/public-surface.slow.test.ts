/** What the documentation and the chapters import is in the public surface. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { namedNotebooks, readNotebook, root } from './notebook-scripts.js';

/** Names imported from `rlsf` in a text: values, and types apart. */
function importsOf(text: string): { values: string[]; types: string[] } {
  const found = { values: [] as string[], types: [] as string[] };
  const clauses = [
    ...text.matchAll(/import (type )?\{([^}]*)\} from 'rlsf'/g),
    ...text.matchAll(/const ()\{([^}]*)\} = await import\('rlsf'\)/g),
  ];
  for (const [, type, names] of clauses)
    for (const each of names.split(',').map((name) => name.trim()))
      if (each !== '') {
        const name = each.replace(/^type /, '').replace(/(:| as ).*$/, '');
        (type || each.startsWith('type ') ? found.types : found.values).push(name);
      }
  return found;
}

/** Functions that an example calls and does not declare itself. */
function callsOf(example: string): string[] {
  const code = example
    .replaceAll(/\/\/.*$/gm, '')
    .replaceAll(/'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g, "''");
  const imported = [...code.matchAll(/import (?:type )?\{([^}]*)\}/g)].map(([, names]) => names);
  const declared = new Set([
    ...[...code.matchAll(/(?:const|let|function|class) (\w+)/g)].map(([, name]) => name),
    ...(imported.join(',').match(/\w+/g) ?? []),
  ]);
  const parameters = new Set([...code.matchAll(/(\w+)\s*(?:,|\)| =>)/g)].map(([, name]) => name));
  const calls = [...code.matchAll(/(?<![.\w])(?<!function )([a-z]\w+)\(/g)].map(([, name]) => name);
  return calls.filter((name) => !declared.has(name) && !parameters.has(name) && !isOfJs(name));
}

const isOfJs = (name: string): boolean =>
  name in globalThis ||
  ['if', 'for', 'while', 'switch', 'catch', 'await', 'import', 'return', 'constructor'].includes(
    name,
  );

const pages = ['README.md', ...readdirSync(path.join(root, 'docs')).map((name) => `docs/${name}`)]
  .filter((name) => name.endsWith('.md'))
  .map((name) => ({ name, text: readFileSync(path.join(root, name), 'utf8') }));
const examples = pages.flatMap(({ name, text }) =>
  [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code]) => ({ name, code })),
);
const chapters = namedNotebooks([]).map((name) => ({
  name,
  code: readNotebook(path.join(root, 'notebooks', name))
    .cells.filter(({ cell_type }) => cell_type === 'code')
    .map(({ source }) => [source].flat().join(''))
    .join('\n'),
}));

describe('the public surface', () => {
  it('has what the documentation and the chapters import and call', async () => {
    const library = (await import('../../src/index.js')) as Record<string, unknown>;
    expect(examples.length).toBeGreaterThan(10);
    const missing = [
      ...[...examples, ...chapters].flatMap(({ name, code }) =>
        importsOf(code).values.map((value) => ({ name, value })),
      ),
      ...examples.flatMap(({ name, code }) => callsOf(code).map((value) => ({ name, value }))),
    ].filter(({ value }) => !(value in library));
    expect(missing).toEqual([]);
  });

  it('offers servers and exports, loaded when they are asked for', async () => {
    const library = await import('../../src/index.js');
    expect(library.exportTargets).toContain('trl');
    for (const name of ['exportTraining', 'startCompletionServer', 'startRewardServer'] as const)
      expect(library[name]).toBeTypeOf('function');
  });
});
