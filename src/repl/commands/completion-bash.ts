import type { CompletedCommand, CompletedProgram, CompletedValue } from './completion-words.js';

/** A completion script for bash: all names and flags are in it, so a key costs no start of `rlsf`. */
export function bashScript({ names, parents, commands }: CompletedProgram): string {
  return `# rlsf for bash. In ~/.bashrc:  eval "$(rlsf completion bash)"
_rlsf_reply() { mapfile -t COMPREPLY < <(compgen "$@" -- "$cur"); }
_rlsf_files() { compopt -o filenames 2>/dev/null; _rlsf_reply -f; }
_rlsf_folders() { compopt -o filenames 2>/dev/null; _rlsf_reply -d; }
_rlsf_runs() {
  _rlsf_files
  [[ $cur == */* ]] || mapfile -t -O "\${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "runs/$cur")
}
_rlsf_sessions() {
  local place="\${RLSF_SESSIONS:-sessions}"
  mapfile -t COMPREPLY < <(cd "$place" 2>/dev/null && compgen -d -- "$cur")
  [[ \${#COMPREPLY[@]} -gt 0 ]] || _rlsf_folders
}
_rlsf() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}"
  local command="\${COMP_WORDS[1]}" word form=''
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    _rlsf_reply -W ${quote([...names.map(({ name }) => name), '--help', '--version'].join(' '))}
    return
  fi
  for word in "\${COMP_WORDS[@]:2}"; do
    [[ $word != --session && $word != --session=* ]] || form='session '
  done
  if [[ -z $form ]]; then
    case "$command" in
${[...parents].map(([parent, kinds]) => parentCase(parent, kinds)).join('\n')}
    esac
  fi
  if [[ $prev == --session ]]; then _rlsf_sessions; return; fi
  case "$form$command" in
${commands.map(commandCase).join('\n')}
    *) _rlsf_files ;;
  esac
}
complete -F _rlsf rlsf
`;
}

function parentCase(parent: string, kinds: readonly { name: string }[]): string {
  const words = kinds.map(({ name }) => name).join(' ');
  return `      ${parent})
        if ((COMP_CWORD == 2)); then _rlsf_reply -W ${quote(`${words} --session --help`)}; return; fi
        command="$command \${COMP_WORDS[2]}" ;;`;
}

function commandCase({ name, flags, argument, onSession }: CompletedCommand): string {
  const values = flags.flatMap(({ names, value }) =>
    value === null || value.kind === 'sessions'
      ? []
      : [`        ${names.join('|')}) ${completed(value)}; return ;;`],
  );
  const own = flags.flatMap(({ names }) => names).join(' ');
  return `    ${quote(`${onSession ? 'session ' : ''}${name}`)})
      case "$prev" in
${values.join('\n')}
      esac
      if [[ $cur == -* ]]; then _rlsf_reply -W ${quote(own)}; else ${completed(argument)}; fi ;;`;
}

function completed(value: CompletedValue | null): string {
  if (value === null || value.kind === 'any') return ':';
  if (value.kind === 'words') return `_rlsf_reply -W ${quote(value.words.join(' '))}`;
  return `_rlsf_${value.kind}`;
}

/** A word of a shell, whatever is in it. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
