/**
 * The second look at programs that share a process. screen.ts went by their text; this goes by what the
 * compiler made of it: code that runs before `main`, or a symbol outside the namespace of its program,
 * would reach the siblings. `null`: there is none. Measured: 2 ms for eight programs.
 */
export function strayPart(assembly: string): string | null {
  const names = new Map<string, string>();
  for (const [, kind, name] of assembly.matchAll(/^\t\.(globl|weak|comm|symver)\t([^\s,]+)/gm))
    names.set(name, kind);
  for (const [name, kind] of names)
    if (isForeign(kind, name) && isDefined(assembly, name)) return `defines ${name}`;
  for (const [, text] of assembly.matchAll(/^#APP\n([^]*?)#NO_APP/gm))
    if (!data.test(text.replaceAll(trampoline, ''))) return `has \`asm\` of its own`;
  if (/[@%]gnu_indirect_function/.test(assembly)) return 'an indirect function';
  for (const [, section, values] of assembly.matchAll(
    /^\t\.section\t\.((?:pre)?init_array|fini_array|ctors|dtors)\S*\n((?:\t\.(?:align|p2align|quad|xword|long)[ \t].*\n)*)/gm,
  ))
    for (const [, name] of values.matchAll(/\t\.(?:quad|xword|long)[ \t](\S+)/g))
      if (!/^(_sub_[ID]_00099_\d+|_GLOBAL__sub_I_\S+)$/.test(name))
        return `${section} with ${name}`;
  return earlyCall(assembly);
}

/** How shared cases reach their program (shared-cases.ts): the one `asm` of ours. */
const trampoline =
  /^\t?\.text\n\.globl (rlsf_target_[0-9a-f]{16})\n\.type \1, [@%]function\n\1:\n(?:\t(?:jmp \*rlsf_target\(%rip\)|adrp x16, rlsf_target|ldr x16, \[x16, :lo12:rlsf_target\]|br x16)\n)+\.size \1, \.-\1$/gm;
/** What the compiler itself may put before the end of an `asm`, as it writes it. */
const data =
  /^(\n|\t\.(section|string|ascii|zero|quad|long|byte|value)\t.*\n|\t\.align \d+\n|\.L\w+:\n)*$/;

/** Ours and the programs' have a name of ours in theirs, which no program may use; headers leave weak ones. */
function isForeign(kind: string, name: string): boolean {
  if (name.includes('rlsf_')) return false;
  const isPlacement = /^_Z(n[wa]mPv|d[la]PvS_)$/.test(name);
  const isOfHeader =
    /^(_Z|DW\.ref\.)/.test(name) && (isPlacement || !/^_Z(n[wa]|d[la])/.test(name));
  return kind !== 'weak' || !isOfHeader;
}

function isDefined(assembly: string, name: string): boolean {
  return [`\n${name}:`, `\t.set\t${name},`, `\t.comm\t${name},`, `\t.symver\t${name},`].some(
    (part) => assembly.includes(part),
  );
}

/** <iostream> has one object made before `main`, and undone at the end. Every value of a program's own takes a call. */
function earlyCall(assembly: string): string | null {
  let made = 0;
  let undone = 0;
  for (const [, body] of assembly.matchAll(
    /^(?:_Z\d+__static_initialization_and_destruction_0\w*|_GLOBAL__sub_I_\S+):\n([^]*?)^\t\.cfi_endproc/gm,
  ))
    for (const [, name] of body.matchAll(/^\t(?:call|jmp|bl|b)\t([^\s.@]+)/gm)) {
      if (name === '_ZNSt8ios_base4InitC1Ev') made++;
      else if (name === '__cxa_atexit') undone++;
      else if (!/^(__asan_(before|after)_dynamic_init|_Z\d+__static_init\w+)$/.test(name))
        return `calls ${name} before main`;
    }
  return undone > made ? 'an object that lives to the end of the process' : null;
}
