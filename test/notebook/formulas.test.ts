import { describe, expect, it } from 'vitest';
import { withFormulas, withoutFormulas, type Notebook } from './notebook-scripts.js';

const notebook = (...sources: string[]): Notebook => ({
  cells: sources.map((source) => ({ cell_type: 'markdown', source })),
  metadata: {},
  nbformat: 4,
  nbformat_minor: 5,
});

/** Its prose with the formulas as TeX between angle brackets, so that a test can read it. */
function marked(source: string): string {
  const { notebook: plain, formulas } = withoutFormulas(notebook(source), 'a.ipynb');
  const [text] = plain.cells.map((cell) => String(cell.source));
  return text.replaceAll(/rlsfFormula\d+x/g, (word) => `⟨${formulas.get(word)?.tex}⟩`);
}

describe('the formulas of a page', () => {
  it('are found in prose, and a dollar that is none stays', () => {
    expect(marked('the weight $w_t = 1$ of $$A_i\n - \\lambda$$ and $x$')).toBe(
      'the weight ⟨w_t = 1⟩ of ⟨A_i\n - \\lambda⟩ and ⟨x⟩',
    );
    expect(marked('costs \\$5, not \\$6')).toBe('costs \\$5, not \\$6');
    expect(marked('costs $5 and then $ 6')).toBe('costs $5 and then $ 6');
    expect(marked('`${a}` and `$b$`\n```\n$c$\n```\n$d$')).toBe(
      '`${a}` and `$b$`\n```\n$c$\n```\n⟨d⟩',
    );
  });

  it('are drawn with their fonts in the page, and are TeX in the link of a heading', () => {
    const { notebook: plain, formulas } = withoutFormulas(notebook('## Why $k_3$'), 'a.ipynb');
    const word = String(plain.cells[0].source).replace('## Why ', '');
    const html = withFormulas(
      `<html><head></head><h2 id="Why-${word}">Why ${word}</h2></html>`,
      formulas,
    );
    expect(html).toContain('<h2 id="Why-k_3">Why <span class="katex">');
    expect(html).not.toContain(word);
    expect(html).toContain('url(data:font/woff2;base64,');
    expect(html).not.toMatch(/url\((?!data:)/);
  });

  it('leave a page without any as it is', () => {
    const { formulas } = withoutFormulas(notebook('no formula'), 'a.ipynb');
    expect(withFormulas('<head></head>', formulas)).toBe('<head></head>');
  });

  it('are refused with their place where they cannot be read', () => {
    expect(() => withoutFormulas(notebook('well', 'not $\\frac{1$'), 'a.ipynb')).toThrow(
      /^a\.ipynb, cell 2: expected TeX that KaTeX reads, got \$\\frac\{1\$: /,
    );
  });
});
