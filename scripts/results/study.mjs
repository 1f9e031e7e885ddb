// A study's part of docs/results.md: the report that `rlsf study` wrote, its figures copied beside the page.
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The report as a section; `null` where the study is not here or was not finished. */
export function studySection(name) {
  const folder = path.join('runs', name);
  const file = path.join(folder, 'report.md');
  if (!existsSync(file)) return null;
  const report = readFileSync(file, 'utf8');
  if (report.includes('Not finished, and so not in this report')) {
    console.log(`${name}: not finished, its part of the page stays as it is.`);
    return null;
  }
  mkdirSync('docs/results', { recursive: true });
  return (
    report
      // The section has its own title, and is one level further down.
      .replace(/^# .*\n+/, '')
      .replace(/^## /gm, '### ')
      .replace(/!\[([^\]]*)\]\(plots\/([^)]+)\)/g, (_, title, picture) => {
        copyFileSync(path.join(folder, 'plots', picture), `docs/results/${name}-${picture}`);
        return `![${title}](results/${name}-${picture})`;
      })
      // Where it lay on this machine says nothing to a reader.
      .replaceAll(`${process.cwd()}/`, '')
      // The interactive pages stay in the run folder.
      .replace(/^\[[^\]]*, interactive\]\([^)]*\)\n+/gm, '')
      .trimEnd()
  );
}
