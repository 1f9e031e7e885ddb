import { codeCells, root, textOf } from './files.mjs';
import { mostBytes } from './strip.mjs';

/** Bytes of all outputs of one notebook. */
const mostInAll = 1_500_000;
const leastAssertions = 5;

/** What is not as a chapter should be, each in one line; empty for a good one. */
export function lintNotebook(notebook) {
  return [...form(notebook), ...opening(notebook), ...content(notebook), ...outputs(notebook)];
}

function form({ cells, metadata, nbformat, nbformat_minor }) {
  const problems = [];
  if (nbformat !== 4 || nbformat_minor < 5)
    problems.push(`expected nbformat 4.5, got ${nbformat}.${nbformat_minor}`);
  const ids = cells.map(({ id }) => id);
  if (ids.some((id) => typeof id !== 'string' || id === '') || new Set(ids).size < ids.length)
    problems.push('expected an id of its own for each cell');
  if (metadata?.kernelspec?.name !== 'rlsf')
    problems.push(`expected the kernel rlsf, got ${metadata?.kernelspec?.name ?? 'none'}`);
  const surplus = Object.keys(metadata ?? {}).filter(
    (name) => !['kernelspec', 'language_info'].includes(name),
  );
  const inCells = cells.filter((cell) =>
    Object.keys(cell.metadata ?? {}).some((n) => n !== 'tags'),
  );
  if (surplus.length > 0 || inCells.length > 0)
    problems.push(`metadata to strip: ${[...surplus, ...inCells.map(({ id }) => id)].join(', ')}`);
  return problems;
}

function opening({ cells }) {
  const [first] = cells;
  if (first?.cell_type !== 'markdown') return ['expected prose in the first cell'];
  const text = textOf(first.source);
  return [
    [/^# .+/, 'a heading (# …)'],
    [/\bpurpose\b/i, 'its purpose'],
    [/\bneeds?\b/i, 'what it needs'],
    [/run time[\s\S]*?\b(seconds?|minutes?|s|min)\b/i, 'the expected run time, with a unit'],
  ].flatMap(([pattern, what]) =>
    pattern.test(text) ? [] : [`the first cell does not say ${what}`],
  );
}

function content(notebook) {
  const problems = [];
  const code = codeCells(notebook).map(({ source }) => textOf(source));
  const assertions = code.join('\n').match(/^(?!\s*\/\/).*\bassert\s*[.(]/gm)?.length ?? 0;
  if (assertions < leastAssertions)
    problems.push(`expected at least ${leastAssertions} assertions, got ${assertions}`);
  if (!notebook.cells.some(({ source }) => /real size/i.test(textOf(source))))
    problems.push('no cell is marked as the one that goes to real size');
  return problems;
}

function outputs(notebook) {
  const problems = [];
  const cells = codeCells(notebook);
  const counts = cells.map(({ execution_count }) => execution_count ?? null);
  if (counts.every((count) => count === null)) problems.push('not run: npm run notebooks:keep');
  else if (!counts.every((count, at) => count === at + 1))
    problems.push(`cells were not run once, in order: ${counts.map((c) => c ?? '–').join(' ')}`);
  let all = 0;
  cells.forEach((cell, at) => {
    const problem = (what) => problems.push(`cell ${at + 1}: ${what}`);
    for (const output of cell.outputs ?? []) {
      const bytes = JSON.stringify(output).length;
      all += bytes;
      if (bytes > mostBytes) problem(`an output of ${Math.ceil(bytes / 1000)} kB, strip it`);
      if (output.output_type === 'error') problem(`it failed: ${output.ename}`);
      const types = Object.keys(output.data ?? {});
      const heavy = types.filter(
        (type) => !['text/plain', 'text/html', 'image/png'].includes(type),
      );
      if (heavy.length > 0) problem(`an output of type ${heavy.join(', ')}, strip it`);
      const text =
        textOf(output.text) +
        textOf(output.data?.['text/html']) +
        textOf(output.data?.['text/plain']);
      if (/<script/i.test(textOf(output.data?.['text/html']))) problem('a script in an output');
      if (text.includes(root) || /(^|[\s"'(])\/(home|root|Users)\//.test(text))
        problem('a path of one machine in an output');
    }
    const isForRealSize = /real size|process\.env/i.test(textOf(cell.source));
    if (
      !isForRealSize &&
      /\bshow\(/.test(textOf(cell.source)) &&
      counts[at] !== null &&
      (cell.outputs ?? []).length === 0
    )
      problem('it shows something, and no output was kept');
  });
  if (all > mostInAll) problems.push(`outputs of ${Math.ceil(all / 1000)} kB in all`);
  return problems;
}
