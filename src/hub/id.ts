/** What a repository holds. */
export type HubRepositoryKind = 'model' | 'dataset';

/** A repository on the Hub. */
export interface HubId {
  /** `owner/name` */
  name: string;
  /** A branch, tag or commit. @default main */
  revision: string;
  /** @default 'model' */
  kind?: HubRepositoryKind;
}

/**
 * Reads `owner/name` or `owner/name@revision`; `null` for what cannot be a Hub id (an absolute path,
 * `./x`, more than one slash). Names without an owner (`gpt2`) are not taken: they would turn every
 * misspelt folder into a question to the Hub.
 */
export function parseHubId(text: string): HubId | null {
  const part = '[A-Za-z0-9][A-Za-z0-9._-]{0,95}';
  const match = new RegExp(`^(${part}/${part})(?:@([A-Za-z0-9][A-Za-z0-9._/-]*))?$`).exec(text);
  if (match === null) return null;
  const [, name, revision = 'main'] = match;
  const isSafe = [name, revision].every((each) => !/\.\.|--|\.git$/.test(each));
  return isSafe ? { name, revision } : null;
}

export function hubIdText({ name, revision }: HubId): string {
  return revision === 'main' ? name : `${name}@${revision}`;
}
