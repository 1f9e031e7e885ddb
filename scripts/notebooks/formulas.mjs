import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import katex from 'katex';
import { textOf } from './files.mjs';

/**
 * A notebook whose prose has a word of letters and digits in place of each formula (`$…$`, `$$…$$`), which no
 * converter of Markdown takes for markup, and the formulas by that word.
 */
export function withoutFormulas(notebook, name) {
  const formulas = new Map();
  const cells = notebook.cells.map((cell, at) => {
    if (cell.cell_type !== 'markdown') return cell;
    const place = `${name}, cell ${at + 1}`;
    return { ...cell, source: replaced(textOf(cell.source), formulas, place) };
  });
  return { notebook: { ...notebook, cells }, formulas };
}

// Code comes first: a dollar in it is a dollar, and so is one behind a backslash.
const parts =
  /(```[\s\S]*?```|`[^`\n]*`|\\.)|\$\$([\s\S]+?)\$\$|\$(?!\s)((?:\\.|[^$\\])+?)(?<!\s)\$/g;

function replaced(source, formulas, place) {
  return source.replaceAll(parts, (whole, other, display, inline) => {
    if (other !== undefined) return whole;
    const word = `rlsfFormula${formulas.size}x`;
    formulas.set(word, formulaOf(display ?? inline, display !== undefined, place));
    return word;
  });
}

function formulaOf(tex, displayMode, place) {
  try {
    const html = katex.renderToString(tex.trim(), { displayMode, strict: 'error' });
    return { tex: tex.trim(), html };
  } catch (error) {
    throw new Error(
      `${place}: expected TeX that KaTeX reads, got $${tex.trim()}$: ${error.message}`,
      {
        cause: error,
      },
    );
  }
}

/** A page with its formulas drawn; within a tag, where a heading is its own link, they are TeX without blanks. */
export function withFormulas(html, formulas) {
  if (formulas.size === 0) return html;
  const words = /rlsfFormula\d+x/g;
  const drawn = html.replaceAll(/<[^>]*>|rlsfFormula\d+x/g, (part) =>
    part.startsWith('<')
      ? part.replaceAll(words, (word) => attribute(formulas.get(word)?.tex ?? word))
      : (formulas.get(part)?.html ?? part),
  );
  return drawn.replace('</head>', `<style>${formulaStyle()}</style></head>`);
}

function attribute(tex) {
  return tex.replaceAll(/[^\w^{}\\]/g, '');
}

/** KaTeX's rules with its fonts in them. */
function formulaStyle() {
  const file = createRequire(import.meta.url).resolve('katex/dist/katex.min.css');
  return readFileSync(file, 'utf8').replaceAll(
    /src:url\((fonts\/[\w-]+\.woff2)\)[^};]*/g,
    (_, font) => {
      const bytes = readFileSync(path.join(path.dirname(file), font));
      return `src:url(data:font/woff2;base64,${bytes.toString('base64')}) format("woff2")`;
    },
  );
}
