import { Resvg } from '@resvg/resvg-js';
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
  const size = output.metadata?.['image/png'];
  const data = keptData(output.data, size);
  if (Object.keys(data).length === 0) return [];
  const metadata = 'image/png' in data && size ? { 'image/png': size } : {};
  return [{ data, metadata, output_type: 'display_data' }];
}

function keptData(data, size) {
  const html = textOf(data['text/html']);
  // Plotly's own code.
  if (html.includes('data-rlsf-plotly')) return {};
  const text =
    data['text/plain'] === undefined
      ? {}
      : { 'text/plain': lines(cut(portable(data['text/plain']))) };
  if (data['image/png'] !== undefined)
    return { 'image/png': lightPicture(textOf(data['image/png']), size), ...text };
  const isLight = html !== '' && html.length <= mostBytes && !/<script/i.test(html);
  return { ...(isLight ? { 'text/html': lines(portable(html)) } : {}), ...text };
}

/** A picture that is too heavy, drawn no larger than it is shown. */
function lightPicture(base64, size) {
  if (base64.length < 0.9 * mostBytes || !(size?.width > 0 && size?.height > 0)) return base64;
  const { width, height } = size;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${width}" height="${height}"><image width="${width}" height="${height}" xlink:href="data:image/png;base64,${base64.replaceAll(/\s/g, '')}"/></svg>`;
  const lighter = Buffer.from(new Resvg(svg).render().asPng()).toString('base64');
  return lighter.length < base64.length ? lighter : base64;
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
