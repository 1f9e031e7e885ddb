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
  return noun.length <= 2 && tail.length <= 2 && ![...noun, ...tail].some((word) => prose.has(word));
}

export function isPercent(word: string | undefined): boolean {
  return word === '%' || word === 'percent';
}

/** Words that calculate: `half of 3 + 4`, `twice 3 + 4`, `5 times 3 + 4`. */
export function isCalculating(word: string): boolean {
  return /^(of|half|twice|thrice|double|triple|third|quarter|times|plus|minus|by|over|squared|cubed|divided|multiplied|less|more)$/.test(
    word,
  );
}

/** `Week 1 - 2 = …`, `day 3 * 2`: the number behind it names something. */
export function isLabel(word: string): boolean {
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

/** Whether two units of one dimension meet (`2 feet + 6 inches = 30 inches`): the numbers alone say nothing. */
export function mixesMeasures(units: readonly string[]): boolean {
  const known = new Map<string, string>();
  for (const word of units.join(' ').split(/[ /-]+/)) {
    const name = word.replace(/(?<=ch)es$|s$/, '');
    const dimension = dimensionOf.get(name);
    if (dimension === undefined) continue;
    if ((known.get(dimension) ?? name) !== name) return true;
    known.set(dimension, name);
  }
  return false;
}
