import { inputError } from '../../errors.js';
import { isObject } from '../folder/files.js';

/**
 * Refuses added tokens that Hugging Face's Rust library finds by rules that are not followed here:
 * `single_word`, and `normalized` where the normalizer could change what is found. There those with
 * `normalized` are looked for in the normalised text, here all of them in the text as it is.
 */
export function checkAddedTokens(tokens: unknown, normalizer: unknown, where: string): void {
  for (const token of Array.isArray(tokens) ? tokens : []) {
    if (!isObject(token) || typeof token.content !== 'string') continue;
    const refuse = (field: string, reason: string): never => {
      throw inputError(
        `${where}: the added token ${JSON.stringify(token.content)} has ${field} = true, ${reason}, which is not supported. Set ${field} to false in tokenizer.json (and tokenizer_config.json) if the token may be found anywhere in the text as it is written, or use another tokenizer.`,
      );
    };
    if (token.single_word === true) refuse('single_word', 'so it counts only between word borders');
    if (token.normalized === true && !leavesAlone(normalizer, token.content))
      refuse(
        'normalized',
        `and the normalizer ${namesOf(normalizer)} may change where it is found`,
      );
  }
}

/** Whether a text has the token at the same places before and after the normalizer. */
function leavesAlone(normalizer: unknown, content: string): boolean {
  if (!isObject(normalizer)) return true;
  switch (normalizer.type) {
    case 'Sequence':
      return (
        Array.isArray(normalizer.normalizers) &&
        normalizer.normalizers.every((part) => leavesAlone(part, content))
      );
    case 'NFC':
      // A letter that can also be written in parts would be found only once they are composed.
      return content.normalize('NFD') === content;
    case 'Replace': {
      const { pattern, content: replacement } = normalizer;
      const replaced = isObject(pattern) ? pattern.String : undefined;
      if (typeof replaced !== 'string' || [...replaced].length !== 1) return false;
      return ![replaced, ...String(replacement)].some((character) => content.includes(character));
    }
    default:
      return false;
  }
}

function namesOf(normalizer: unknown): string {
  if (!isObject(normalizer)) return 'none';
  return normalizer.type === 'Sequence' && Array.isArray(normalizer.normalizers)
    ? normalizer.normalizers.map(namesOf).join(' + ')
    : String(normalizer.type);
}
