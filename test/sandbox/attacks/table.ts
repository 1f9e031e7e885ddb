import { compiles, languages, programs } from './index.js';
import type { Attack } from './attack.js';

/** The text of docs/attacks.md. */
export function attackTable(): string {
  const groups = [...programs, ...compiles, ...languages.map(({ group }) => group)];
  return [
    head,
    ...groups.map(({ title, about, attacks }) =>
      [
        `## ${title}`,
        about,
        '| Attack | What it tries | Outcome | What stops it |\n| --- | --- | --- | --- |\n' +
          attacks.map(row).join('\n'),
      ].join('\n\n'),
    ),
    foot,
  ].join('\n\n');
}

function row({ name, tries, outcome, kind, stops, slow = false }: Attack): string {
  const told = kind === undefined ? `\`${outcome}\`` : `\`${outcome}\` (${kind})`;
  const cells = [slow ? `${name} (soak)` : name, tries, told, stops];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

const head = `# Attacks on the judge

<!-- Generated from test/sandbox/attacks; do not edit. \`RLSF_WRITE_DOCS=1 npx vitest run test/sandbox/attacks-table.test.ts\` writes it again. -->

What generated programs may try against the judge, and what becomes of it. Each row is a program of
\`test/sandbox/attacks/\` that \`attacks.slow.test.ts\` judges on each tier that the machine gives (the other
is skipped, with the reason in its title). The outcomes are the same on \`bubblewrap\` and
\`restricted\`. Rows marked «soak» take ten seconds and more and run under \`npm run test:soak\`.

After each group the test looks for harm: processes below the judge or of its workers’ users, zombies
among them; files in /tmp, /var/tmp, /dev/shm, the home folder, the repository and the judge’s own
folders; System V objects; connections to its listeners; its own limits; secrets in any verdict. When
the judge closes, its folders are gone.`;

const foot = `## Around the table

- The compile server is ended from outside (SIGKILL, SIGTERM, SIGSEGV): the next program is compiled
  without it, the one behind that by another. A server that is stuck is ended after 70 s.
- The judge itself is killed while it judges programs that block every signal and undo the signal of
  their parent’s death, and while it compiles: nothing stays, and the next judge removes its folder.
- \`attacks-texts.slow.test.ts\`: whatever reads what a program or its compiler wrote takes time in
  proportion to its length, 64 KiB of a hundred kinds of hard text.
- \`attacks-screen.test.ts\`, \`assembly.slow.test.ts\`: the two looks that keep programs of a batch apart.
- \`python-attacks.slow.test.ts\`, \`java-attacks.slow.test.ts\`: programs that turn against their driver.

## What is not covered

- Faults of the kernel, of the processor, of g++ and its tools. They run with no privileges, few system
  calls and little to reach, and that is all.
- Timing, load and other side channels. On \`restricted\`, what every user may read in /proc: the list of
  processes and their command lines. Where the kernel has no Landlock, every file that all users may read.
- A program that searches its own process for the harness. The run’s secret lies in its memory, and code
  that runs before \`main\` may read the secret’s pipe first. What it can win so are assertions and inputs
  whose output does not matter: expected values and outputs never enter the program.
- A program that silences the sanitizers in its own process: by closing standard error, by their own
  functions, by leaving without exit handlers. It hides what they would have said of it.
- A program that silences compiler or sanitizers about itself in a way that the text does not show: a switch
  put together by macros. Plain ones (\`#pragma GCC diagnostic\`, \`no_sanitize\`) make the verdict a warning.
- The sources and tests of its batch, and the inputs of its own other tests, lie in its folder and can be
  read. What is expected of it does not.
- Processes that share its memory (clone as LeakSanitizer needs it) do not count for its processor time;
  its wall time, and RLIMIT_CPU for each, bound them.
- Memory is looked at every 10 ms: what is filled in between goes beyond the limit.
- A compile may take ten seconds of processor time before it is given up. A policy that learns to write
  such programs slows its own training down.
- \`isolation: 'none'\`: the limits alone.
`;
