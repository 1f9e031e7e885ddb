/**
 * The words that stand between numbers in worked arithmetic. They decide only whether a step that
 * does not come out is called false or, in doubt, left alone.
 */

const prose = new Set(
  (
    'because or and so is are was were be if then when while which that this means has have had to ' +
    'with by but equals equal leaving giving gives from than at the plus minus times divided multiplied'
  ).split(' '),
);

/** `apples`, `red apples`, `cups of feed`, `dollars per hour`, `% of the total`; not the words of a sentence. */
export function isUnit(words: readonly string[]): boolean {
  const own = words.filter((word) => !isPercent(word));
  const link = own.findIndex((word, i) => i > 0 && /^(of|per|an?|each|every|in)$/.test(word));
  const [noun, rest] = link < 0 ? [own, []] : [own.slice(0, link), own.slice(link + 1)];
  const tail = rest[0] === 'the' ? rest.slice(1) : rest;
  return (
    noun.length <= 2 && tail.length <= 2 && ![...noun, ...tail].some((word) => prose.has(word))
  );
}

export function isPercent(word: string | undefined): boolean {
  return word === '%' || word === 'percent';
}

/** `half 3 + 4`, `twice 3 + 4`: the word calculates with what follows. */
export function isPrefix(word: string): boolean {
  return /^(half|twice|thrice|double|triple)$/.test(word);
}

/** `5 times 3 + 4`, `a third of 3 + 4`: the word calculates with what stands on both its sides. */
export function isInfix(word: string): boolean {
  return /^(of|times|plus|minus|by|over|less|more|divided|multiplied)$/.test(word);
}

/** Words that are a number before an infix: `a third of`, `divided by`. */
export function isFactor(word: string): boolean {
  return /^(half|thirds?|quarters?|fourths?|fifths?|sixths?|eighths?|tenths?|percent|%|divided|multiplied|one|two|three|four|five|six|seven|eight|nine|ten)$/.test(
    word,
  );
}

/** `5 squared` */
export function isPostfix(word: string): boolean {
  return /^(squared|cubed)$/.test(word);
}

/** `Week 1 - 2 = …`, `day 3 * 2`, but not `each day 3 * 2`: the number behind it names something. */
export function isLabel(word: string, before = ''): boolean {
  if (/^(per|each|every|an?|one|this|that|next|the|his|her|their|its)$/.test(before)) return false;
  return /^(day|night|week|weekend|month|year|hour|step|round|game|level|part|grade|class|group|team|person|number|no|question|problem|equation|case|option|page|chapter|box|room|phase|stage|test|quarter)s?$/.test(
    word,
  );
}

const dimensions = {
  time: 'second sec minute min hour hr day week month year decade century',
  length: 'inch foot feet yard mile mm cm meter metre km kilometer kilometre',
  amount:
    'ounce oz pound lb ton gram kg kilogram mg cup pint quart gallon tablespoon tbsp teaspoon tsp liter litre ml',
  money: 'dollar cent penny pennie nickel dime quarter buck',
};

const dimensionOf = new Map(
  Object.entries(dimensions).flatMap(([dimension, names]) =>
    names.split(' ').map((name): [string, string] => [name, dimension]),
  ),
);

/**
 * Whether units of one dimension meet that do not cancel (`2 feet + 6 inches = 30 inches`, but not
 * `2 hours * 60 minutes/hour`), or a time of day (`10 + 5 = 3 pm`): the numbers alone say nothing.
 */
export function mixesMeasures(units: readonly string[]): boolean {
  const parts = units.map((unit) => unit.split(/\/| (?:per|an?|each|every) /));
  if (parts.flat(2).some((words) => /(^| )([ap]m|o['’]clock)( |$)/.test(words))) return true;
  const divisors = new Set(parts.flatMap(([, ...rest]) => rest.flatMap(measuresIn)));
  const seen = new Map<string, string>();
  for (const name of parts.flatMap(([head]) => measuresIn(head))) {
    if (divisors.has(name)) continue;
    const dimension = dimensionOf.get(name) ?? '';
    if ((seen.get(dimension) ?? name) !== name) return true;
    seen.set(dimension, name);
  }
  return false;
}

function measuresIn(words: string): string[] {
  const names = words.split(/[ -]+/).map((word) => word.replace(/(?<=ch)es$|s$/, ''));
  return names.filter((name) => dimensionOf.has(name));
}
