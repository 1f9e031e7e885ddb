/** Names one after the other; of more than `most`, the first of them and how many more there are. */
export function listed(names: readonly string[], most: number = 5): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
