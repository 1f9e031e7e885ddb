// The pictures of docs/plots: every figure that the run folders given have the data for, each as its data
// (JSON) and drawn, and docs/plots.md with all of them. test/plots/pictures.slow.test.ts draws them again.
// Usage: npm run docs:plots -- RUN [RUN …] [--only KIND,KIND]
// A kind is drawn from the first run that has it; a picture that no run has the data for stays as it is.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { drawPlot, isRlsfError, plotKinds, renderPng, runPlotSource } from 'rlsf';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = path.join(root, 'docs', 'plots');
const runs = process.argv.slice(2);
const at = runs.indexOf('--only');
const only = at < 0 ? null : runs.splice(at, 2)[1]?.split(',');
if (runs.length === 0) {
  console.error('docs:plots: expected run folders, such as runs/tour, got none.');
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
for (const { name } of plotKinds.filter(({ name }) => only?.includes(name) ?? true))
  for (const run of runs) {
    try {
      const figure = await drawPlot(runPlotSource(run), name);
      const text = `${JSON.stringify(figure, rounded)}\n`;
      writeFileSync(path.join(folder, `${name}.json`), text);
      const png = await renderPng(JSON.parse(text), { scale: 0.75 });
      writeFileSync(path.join(folder, `${name}.png`), png);
      console.log(
        `${name}: ${Math.ceil(png.length / 1000)} kB, ${Math.ceil(text.length / 1000)} kB of data`,
      );
      break;
    } catch (error) {
      if (!isRlsfError(error)) throw error;
    }
  }
const kept = plotKinds.filter(({ name }) => existsSync(path.join(folder, `${name}.png`)));
writeFileSync(path.join(root, 'docs', 'plots.md'), page(kept));

/** Five digits are more than a picture shows. */
function rounded(_, value) {
  return typeof value === 'number' && !Number.isInteger(value)
    ? Number(value.toPrecision(5))
    : value;
}

function page(kinds) {
  const opening = readFileSync(path.join(root, 'scripts', 'plots-opening.md'), 'utf8').trim();
  const parts = kinds.map(
    ({ name, summary }) =>
      `## ${name}\n\n\`rlsf plot ${name}\`: ${summary}.\n\n![${summary}](plots/${name}.png)`,
  );
  return `${opening}\n\n${parts.join('\n\n')}\n`;
}
