import type { KeyBinding } from '../key-binding.js';

/** The keys of the full-screen views, as data: what a key does where, what `?` lists. */
export type ViewPlace = 'rollouts' | 'inspector' | 'text' | 'problems';

export interface ViewKey extends KeyBinding<ViewAction> {
  when: readonly ViewPlace[];
}

export type ViewAction =
  | 'down'
  | 'up'
  | 'pageDown'
  | 'pageUp'
  | 'first'
  | 'last'
  | 'open'
  | 'group'
  | 'mark'
  | 'sort'
  | 'filter'
  | 'search'
  | 'nextFound'
  | 'previousFound'
  | 'follow'
  | 'nextToken'
  | 'previousToken'
  | 'nextFinding'
  | 'previousFinding'
  | 'nextRollout'
  | 'previousRollout'
  | 'scheme'
  | 'heat'
  | 'moreLambda'
  | 'lessLambda'
  | 'show'
  | 'keys'
  | 'leave';

const key = (
  keys: string,
  summary: string,
  when: readonly ViewPlace[],
  act: ViewAction,
): ViewKey => ({ keys: keys.split(' '), summary, when, act });

const everywhere: readonly ViewPlace[] = ['rollouts', 'inspector', 'text', 'problems'];
const lists: readonly ViewPlace[] = ['rollouts', 'problems'];

export const viewerKeys: readonly ViewKey[] = [
  key('j down', 'next row', lists, 'down'),
  key('k up', 'previous row', lists, 'up'),
  key('j down', 'scroll down', ['inspector', 'text'], 'down'),
  key('k up', 'scroll up', ['inspector', 'text'], 'up'),
  key('page-down ctrl-f space', 'a page down', everywhere, 'pageDown'),
  key('page-up ctrl-b', 'a page up', everywhere, 'pageUp'),
  key('g home', 'to the top', everywhere, 'first'),
  key('G end', 'to the end', everywhere, 'last'),
  key('enter l right', 'look at the rollout', ['rollouts'], 'open'),
  key('v', 'all samples of its problem in this step', ['rollouts', 'inspector'], 'group'),
  key('d', 'mark it; two marked ones are compared', ['rollouts'], 'mark'),
  key('s', 'sort: then the letter of a column; again: the other way round', ['rollouts'], 'sort'),
  key('& :', 'filter: outcome:clean reward>0.5 -kind:heap step:3..5 /text', ['rollouts'], 'filter'),
  key('& :', 'filter: family:list tests>5 -language:python /text', ['problems'], 'filter'),
  key('/', 'search in the completions', ['rollouts'], 'search'),
  key('/', 'search in the prompts (a filter)', ['problems'], 'search'),
  key('n', 'next one that holds it', ['rollouts'], 'nextFound'),
  key('N', 'the one before that holds it', ['rollouts'], 'previousFound'),
  key('f', 'follow the log as it grows, or hold it still', ['rollouts'], 'follow'),
  key('l right', 'next token', ['inspector'], 'nextToken'),
  key('h left', 'previous token', ['inspector'], 'previousToken'),
  key('e tab', 'next place with a finding', ['inspector'], 'nextFinding'),
  key('E', 'previous place with a finding', ['inspector'], 'previousFinding'),
  key('n ]', 'next rollout', ['inspector'], 'nextRollout'),
  key('N [', 'previous rollout', ['inspector'], 'previousRollout'),
  key('m', 'what the heat map shows: advantage, reward, findings, logprob', ['inspector'], 'heat'),
  key(
    's',
    'token scheme: as stored, scalar, span_penalty, process, return_to_go',
    ['inspector'],
    'scheme',
  ),
  key('+ =', 'findings weigh more in a computed scheme (λ)', ['inspector'], 'moreLambda'),
  key('-', 'findings weigh less (λ)', ['inspector'], 'lessLambda'),
  key('enter', 'pick it: /pick ID', ['problems'], 'open'),
  key('l right p', 'prompt, tests, reference, columns', ['problems'], 'show'),
  key('?', 'these keys', everywhere, 'keys'),
  key('q esc', 'back, and out of the view', everywhere, 'leave'),
  key('h left', 'back, and out of the view', ['rollouts', 'text', 'problems'], 'leave'),
];

/** What a key does in a place; `null`: nothing. */
export function actionOf(name: string, place: ViewPlace): ViewAction | null {
  const found = viewerKeys.find(({ keys, when }) => keys.includes(name) && when.includes(place));
  return found?.act ?? null;
}

/** As Ink tells a key; the rest of its flags does not matter here. */
export interface PressedKey {
  upArrow?: boolean;
  downArrow?: boolean;
  leftArrow?: boolean;
  rightArrow?: boolean;
  pageDown?: boolean;
  pageUp?: boolean;
  return?: boolean;
  escape?: boolean;
  tab?: boolean;
  home?: boolean;
  end?: boolean;
  backspace?: boolean;
  delete?: boolean;
  ctrl?: boolean;
  meta?: boolean;
}

const special: readonly [keyof PressedKey, string][] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageDown', 'page-down'],
  ['pageUp', 'page-up'],
  ['return', 'enter'],
  ['escape', 'esc'],
  ['tab', 'tab'],
  ['home', 'home'],
  ['end', 'end'],
  ['backspace', 'backspace'],
  // Terminals send it for the key that rubs out.
  ['delete', 'backspace'],
];

/** The names of what was pressed. Keys typed fast come as one text: one name for each of its letters. */
export function keyNames(input: string, pressed: PressedKey): string[] {
  const found = special.find(([flag]) => pressed[flag] === true);
  if (found) return [found[1]];
  if (pressed.ctrl === true) return [`ctrl-${input}`];
  return [...input].flatMap(letterName);
}

/** A key by the character that it sends; a control key sends one below blank. */
function letterName(letter: string): string[] {
  if (letter === ' ') return ['space'];
  if (letter === '\r') return ['enter'];
  if (letter === '\t') return ['tab'];
  if (letter === '\u007f') return ['backspace'];
  if (letter >= ' ') return [letter];
  const code = letter.charCodeAt(0);
  return code >= 1 && code <= 26 ? [`ctrl-${String.fromCharCode(code + 96)}`] : [];
}
