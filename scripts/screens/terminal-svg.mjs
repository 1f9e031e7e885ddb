// A captured terminal screen (text with SGR codes) as an SVG of real text.

const cell = { width: 8.4, height: 17, size: 14 };
const margin = { side: 14, top: 40, bottom: 14 };
const colours = {
  31: '#ff7b72',
  32: '#7ee787',
  33: '#e3b341',
  34: '#79c0ff',
  35: '#d2a8ff',
  36: '#76e3ea',
};
const ground = '#0d1117';
const ink = '#e6edf3';

/** @param {string[]} lines @param {number} columns @param {string} title */
export function terminalSvg(lines, columns, title) {
  const width = Math.ceil(columns * cell.width + 2 * margin.side);
  const height = margin.top + lines.length * cell.height + margin.bottom;
  // tmux writes a style where it changes: it holds on the next line too.
  let style = {};
  const body = lines.flatMap((line, row) => {
    const y = margin.top + (row + 0.8) * cell.height;
    const found = runsOf(line, style);
    style = found.style;
    return found.runs.map((run) => textRun(run, y));
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}">
<rect width="100%" height="100%" rx="8" fill="${ground}"/>
<circle cx="20" cy="19" r="5.5" fill="#ff5f57"/><circle cx="38" cy="19" r="5.5" fill="#febc2e"/><circle cx="56" cy="19" r="5.5" fill="#28c840"/>
<text x="${width / 2}" y="24" text-anchor="middle" font-size="13" fill="#8b949e" font-family="sans-serif">${escape(title)}</text>
<g font-family="'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="${cell.size}" xml:space="preserve">
${body.join('\n')}
</g>
</svg>
`;
}

function textRun({ text, column, columns, style }, y) {
  const attributes = [
    `x="${(margin.side + column * cell.width).toFixed(1)}"`,
    `y="${y.toFixed(1)}"`,
    // Whatever font is there, columns stay columns.
    `textLength="${(columns * cell.width).toFixed(1)}" lengthAdjust="spacingAndGlyphs"`,
    `fill="${style.colour ?? ink}"`,
    ...(style.dim ? ['opacity="0.6"'] : []),
    ...(style.bold ? ['font-weight="bold"'] : []),
    ...(style.underline ? ['text-decoration="underline"'] : []),
  ];
  return `<text ${attributes.join(' ')}>${escape(text)}</text>`;
}

/** Stretches of one style; blanks alone are left out. */
function runsOf(line, before) {
  const runs = [];
  let style = before;
  let column = 0;
  for (const part of line.split(/(\u001b\[[0-9;]*m)/)) {
    const codes = part.match(/^\u001b\[([0-9;]*)m$/);
    if (codes) {
      for (const code of codes[1].split(';').map(Number)) style = styled(style, code);
      continue;
    }
    // Gaps, and blanks at the ends, are cut out, so that no renderer has to agree with us about their width.
    for (const piece of part.split(/(^ +| {2,}| +$)/)) {
      const columns = [...piece].length;
      if (piece.trim() !== '') runs.push({ text: piece, column, columns, style });
      column += columns;
    }
  }
  return { runs, style };
}

function styled(style, code) {
  if (code === 0) return {};
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 4) return { ...style, underline: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  if (code === 24) return { ...style, underline: false };
  if (code === 39) return { ...style, colour: undefined };
  return colours[code] ? { ...style, colour: colours[code] } : style;
}

function escape(text) {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
