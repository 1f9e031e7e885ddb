/** The name under which V8 knows an input, or a cell. */
export function inputName(number: number): string {
  return `rlsf-input-${number}`;
}
