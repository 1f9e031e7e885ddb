import { root, textOf } from './files.mjs';

/** Bytes of one output that a kept notebook may hold. */
export const mostBytes = 100_000;

const kernel = {
  kernelspec: { display_name: 'TypeScript (rlsf)', language: 'typescript', name: 'rlsf' },
  language_info: { file_extension: '.ts', mimetype: 'text/typescript', name: 'typescript' },
};

/**
 * A notebook as it is kept: of a figure its picture and its text, of anything else what is light and runs
 * no script; no paths of this machine, no metadata of an editor, cells counted from 1 where they were run.
 */
export function stripNotebook(notebook) {
  let count = 0;
  const cells = notebook.cells.map((cell, at) => {
    const { id = `cell-${at + 1}`, cell_type, metadata, source } = cell;
    const tags = metadata?.tags?.length > 0 ? { tags: metadata.tags } : {};
    if (cell_type !== 'code') return { cell_type, id, metadata: tags, source };
    const hasRun = cell.execution_count !== null && cell.execution_count !== undefined;
    return {
      cell_type,
      execution_count: hasRun ? ++count : null,
      id,
      metadata: tags,
      outputs: (cell.outputs ?? []).flatMap(strippedOutput),
      source,
    };
  });
  return { cells, metadata: kernel, nbformat: 4, nbformat_minor: 5 };
}

function strippedOutput(output) {
  if (output.output_type === 'stream')
    return [{ name: output.name, output_type: 'stream', text: lines(cut(portable(output.text))) }];
  if (output.output_type === 'error') return [output];
  const data = keptData(output.data);
  if (Object.keys(data).length === 0) return [];
  const size = output.metadata?.['image/png'];
  const metadata = 'image/png' in data && size ? { 'image/png': size } : {};
  return [{ data, metadata, output_type: 'display_data' }];
}

function keptData(data) {
  const html = textOf(data['text/html']);
  // Plotly's own code.
  if (html.includes('data-rlsf-plotly')) return {};
  const text = data['text/plain'] === undefined ? {} : { 'text/plain': lines(cut(portable(data['text/plain']))) };
  if (data['image/png'] !== undefined) return { 'image/png': textOf(data['image/png']), ...text };
  const isLight = html !== '' && html.length <= mostBytes && !/<script/i.test(html);
  return { ...(isLight ? { 'text/html': lines(portable(html)) } : {}), ...text };
}

function portable(text) {
  return textOf(text).replaceAll(`${root}/`, '').replaceAll(root, '.');
}

function cut(text) {
  return text.length <= mostBytes ? text : `${text.slice(0, mostBytes / 2)}\n… cut\n`;
}

/** As Jupyter writes texts: a line each, so that a difference is readable. */
function lines(text) {
  return text.split(/(?<=\n)/);
}
