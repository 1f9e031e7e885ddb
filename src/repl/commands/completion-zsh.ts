import { quote } from './completion-bash.js';
import type {
  CompletedCommand,
  CompletedFlag,
  CompletedProgram,
  CompletedValue,
} from './completion-words.js';

/** A completion script for zsh: names and flags with their summaries. */
export function zshScript({ names, parents, commands }: CompletedProgram): string {
  return `#compdef rlsf
# rlsf for zsh. In ~/.zshrc, behind compinit:  eval "$(rlsf completion zsh)"
_rlsf_runs() { _alternative 'runs:run:_files -W runs -/' 'files:file:_files' }
_rlsf_sessions() { _alternative "sessions:session:_files -W \${RLSF_SESSIONS:-sessions} -/" 'files:folder:_files -/' }
_rlsf() {
  local -a listed
  local command=$words[2] form=''
  if (( CURRENT == 2 )); then
    listed=(${names.map(described).join(' ')})
    _describe -t commands 'command' listed
    return
  fi
  (( \${words[(I)--session*]} )) && form='session '
  if [[ -z $form ]]; then
    case $command in
${[...parents].map(([parent, kinds]) => parentCase(parent, kinds)).join('\n')}
    esac
  fi
  shift words; (( CURRENT-- ))
  case "$form$command" in
${commands.map(commandCase).join('\n')}
    *) _files ;;
  esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _rlsf "$@"; else compdef _rlsf rlsf; fi
`;
}

function parentCase(parent: string, kinds: readonly { name: string; summary: string }[]): string {
  return `      ${parent})
        if (( CURRENT == 3 )); then
          listed=(${kinds.map(described).join(' ')})
          _describe -t commands '${parent}' listed
          return
        fi
        command="$command $words[3]"; shift words; (( CURRENT-- )) ;;`;
}

function described({ name, summary }: { name: string; summary: string }): string {
  return quote(`${name}:${summary.replaceAll(':', '\\:')}`);
}

function commandCase({ name, flags, argument, onSession }: CompletedCommand): string {
  const parts = [
    ...flags.flatMap(flagSpecs),
    ...(argument === null ? [] : [quote(`*:${kindName(argument)}:${action(argument)}`)]),
  ];
  return `    ${quote(`${onSession ? 'session ' : ''}${name}`)})
      _arguments -S ${parts.join(' \\\n        ')} ;;`;
}

function flagSpecs({ names, summary, value, many }: CompletedFlag): string[] {
  const text = summary.replaceAll(/[[\]\\]/g, '\\$&');
  const behind = value === null ? '' : `:${kindName(value)}:${action(value)}`;
  return names.map((name) => quote(`${many ? '*' : ''}${name}[${text}]${behind}`));
}

function kindName(value: CompletedValue): string {
  const named = {
    any: 'value',
    files: 'file',
    folders: 'folder',
    runs: 'run',
    sessions: 'session',
  };
  return value.kind === 'words' ? 'value' : named[value.kind];
}

function action(value: CompletedValue): string {
  switch (value.kind) {
    case 'any':
      return ' ';
    case 'words':
      return `(${value.words.join(' ')})`;
    case 'files':
      return '_files';
    case 'folders':
      return '_files -/';
    default:
      return `_rlsf_${value.kind}`;
  }
}
