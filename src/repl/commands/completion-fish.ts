import type { CompletedCommand, CompletedProgram, CompletedValue } from './completion-words.js';

/** A completion script for fish: names and flags with their summaries. */
export function fishScript({ names, parents, commands }: CompletedProgram): string {
  const lines = [
    '# rlsf for fish:  rlsf completion fish > ~/.config/fish/completions/rlsf.fish',
    'function __rlsf_on',
    '    # Words so far: "session " first where --session is among them, then the command.',
    '    set -l words (commandline -opc)',
    '    set -l form ""',
    "    string match -q -- '--session*' $words; and set form 'session '",
    '    for name in $argv',
    '        set -l parts (string split " " -- (string replace -r "^session " "" -- $name))',
    '        set -l wanted ""',
    '        string match -q "session *" -- $name; and set wanted "session "',
    '        test "$form" = "$wanted"; or continue',
    '        test "$words[2..'.concat('(math 1 + (count $parts))]" = "$parts"; and return 0'),
    '    end',
    '    return 1',
    'end',
    'function __rlsf_sessions',
    '    set -l place sessions',
    '    set -q RLSF_SESSIONS; and set place $RLSF_SESSIONS',
    '    for each in $place/*/; basename $each; end',
    'end',
    ...names.map(
      ({ name, summary }) =>
        `complete -c rlsf -f -n __fish_use_subcommand -a ${name} -d ${quote(summary)}`,
    ),
    ...[...parents].flatMap(([parent, kinds]) =>
      kinds.map(
        ({ name, summary }) =>
          `complete -c rlsf -f -n ${quote(`__rlsf_on ${parent}; and test (count (commandline -opc)) -eq 2`)} -a ${name} -d ${quote(summary)}`,
      ),
    ),
    ...commands.flatMap(commandLines),
  ];
  return `${lines.join('\n')}\n`;
}

function commandLines({ name, flags, argument, onSession }: CompletedCommand): string[] {
  const condition = quote(`__rlsf_on ${quote(`${onSession ? 'session ' : ''}${name}`)}`);
  const head = `complete -c rlsf -n ${condition}`;
  return [
    ...flags.map(({ names, summary, value }) =>
      [
        head,
        ...names.map((each) => (each.startsWith('--') ? `-l ${each.slice(2)}` : `-s ${each[1]}`)),
        `-d ${quote(summary)}`,
        ...(value === null ? [] : [valueOf(value)]),
      ].join(' '),
    ),
    ...(argument === null || argument.kind === 'any' ? [] : [`${head} ${placeOf(argument)}`]),
  ];
}

function valueOf(value: CompletedValue): string {
  return value.kind === 'any' ? '-x' : `-r ${placeOf(value)}`;
}

function placeOf(value: CompletedValue): string {
  switch (value.kind) {
    case 'words':
      return `-f -a ${quote(value.words.join(' '))}`;
    case 'sessions':
      return "-f -a '(__rlsf_sessions)'";
    case 'runs':
      return "-F -a '(__fish_complete_directories runs/)'";
    case 'folders':
      return "-f -a '(__fish_complete_directories)'";
    default:
      return '-F';
  }
}

/** A word of fish: in '…' only ' and \ need a backslash. */
function quote(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
}
