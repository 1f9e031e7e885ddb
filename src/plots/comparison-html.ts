/** A comparison as one page that opens from disk: its tables, and its figures drawn by the page. */
import type { PageBlock } from '../evaluation/index.js';
import type { Figure } from './figure.js';
import { plotlySource } from './render.js';
import { visibleText } from './visible.js';

/** @param figures by the names that the blocks call them; a block without its figure draws nothing */
export async function comparisonHtml(
  blocks: readonly PageBlock[],
  figures: Readonly<Record<string, Figure>>,
): Promise<string> {
  const bundle = (await plotlySource()).replaceAll('</script', '<\\/script');
  const json = JSON.stringify(figures).replaceAll('<', '\\u003c');
  const [title] = blocks.flatMap((block) => (block.kind === 'heading' ? [block.text] : []));
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title ?? 'Comparison')}</title>
<style>
body { margin: 2rem auto; max-width: 62rem; padding: 0 1rem; font: 15px/1.5 "DejaVu Sans", Verdana, sans-serif; color: #222; background: #fff; }
table { border-collapse: collapse; margin: 0.8rem 0; font-size: 13px; display: block; overflow-x: auto; }
th, td { border-bottom: 1px solid #ddd; padding: 0.25rem 0.7rem 0.25rem 0; text-align: left; vertical-align: top; }
h2 { margin-top: 2.5rem; }
.scroll { max-height: 28rem; overflow: auto; }
</style></head>
<body>
${blocks.map((block) => blockHtml(block, figures)).join('\n')}
<script>${bundle}</script>
<script>
const figures = ${json};
for (const [name, figure] of Object.entries(figures)) {
  const place = document.getElementById('figure-' + name);
  if (place) Plotly.newPlot(place, figure.data, figure.layout, { responsive: true, displaylogo: false });
}
</script>
</body>
</html>
`;
}

function blockHtml(block: PageBlock, figures: Readonly<Record<string, Figure>>): string {
  if (block.kind === 'heading') return `<h${block.level}>${inline(block.text)}</h${block.level}>`;
  if (block.kind === 'text') return `<p>${inline(block.text)}</p>`;
  if (block.kind === 'figure')
    return block.name in figures ? `<div id="figure-${block.name}"></div>` : '';
  const row = (cells: readonly string[], tag: 'th' | 'td'): string =>
    `<tr>${cells.map((cell) => `<${tag}>${inline(cell)}</${tag}>`).join('')}</tr>`;
  return `<div class="scroll"><table><thead>${row(block.head, 'th')}</thead><tbody>${block.rows.map((cells) => row(cells, 'td')).join('')}</tbody></table></div>`;
}

/** Text with the two marks that the blocks use: bold and code. */
function inline(text: string): string {
  return escapeHtml(visibleText(text))
    .replaceAll(/\*\*(.+?)\*\*/g, '<b>$1</b>')
    .replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
