// Makes docs/results.md out of parts: the two studies, whose reports it reads where `rlsf study` has
// finished them, and the tour, which it runs where its runs are missing. A part that cannot be made here
// stays as the page has it, and so does what stands between a title and its part.
//   npm run docs:results               all parts
//   npm run docs:results -- studies    only what the studies say
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { studySection } from './study.mjs';
import { tourSection } from './tour.mjs';

process.chdir(fileURLToPath(new URL('../..', import.meta.url)));
const page = 'docs/results.md';
const before = existsSync(page) ? readFileSync(page, 'utf8') : '';
const onlyStudies = process.argv.includes('studies');

const parts = [
  { name: 'study-cpp', title: 'Methods compared: programs', make: () => studySection('study-cpp') },
  {
    name: 'study-maths',
    title: 'Methods compared: answers',
    make: () => studySection('study-maths'),
  },
  { name: 'tour', title: 'The tour', make: () => (onlyStudies ? null : tourSection()) },
];

const sections = [];
for (const { name, title, make } of parts) {
  const text = (await make()) ?? kept(name);
  if (text !== null)
    sections.push(
      `## ${title}\n\n${note(title, name)}<!-- ${name} -->\n\n${text.trim()}\n\n<!-- end of ${name} -->`,
    );
}
writeFileSync(
  page,
  `# Results

What the methods do to the two shipped policies, whatever it is. Each part says how it was made; the
machines have two cores and no GPU, and the policies three million parameters.

${sections.join('\n\n')}
`,
);
console.log(page);

function kept(name) {
  const found = new RegExp(`<!-- ${name} -->\\n([\\s\\S]*?)<!-- end of ${name} -->`).exec(before);
  return found ? found[1].trim() : null;
}

function note(title, name) {
  const [, after = ''] = before.split(`## ${title}\n`);
  const [text] = after.split(`<!-- ${name} -->`);
  return after.includes(`<!-- ${name} -->`) && text.trim() !== '' ? `${text.trim()}\n\n` : '';
}
