import { code, combinations, defineFamily, names, site } from '../family.js';
import { text } from '../literals.js';

/** Words, separated by one character, scanned from left to right. */
export const wordScan = defineFamily({
  name: 'word-scan',
  topics: ['strings', 'parsing'],
  settings: combinations({
    goal: ['count', 'longest', 'last-length', 'split', 'capitalise', 'squeeze'],
    separator: ['space', 'parameter'],
    form: ['string', 'c-string'],
  }),
  draft({ goal, separator, form }, style) {
    const s = style.name(names.text);
    const sep = style.name(['sep', 'mark', 'by', 'c']);
    const i = style.name(names.index);
    const n = style.name(['count', 'cnt', 'n', 'len']);
    const best = style.name(['best', 'longest', 'top', 'res']);
    const out = style.name(['out', 'words', 'parts', 'all']);
    const word = style.name(['w', 'cur', 'part', 'item']);
    const pointer = form === 'c-string';
    const given = separator === 'parameter';
    const mark = given ? sep : "' '";
    const size = pointer ? `(int)strlen(${s})` : `(int)${s}.size()`;
    const f = {
      count: 'count_words',
      longest: 'longest_word',
      'last-length': 'last_word_length',
      split: 'split_words',
      capitalise: 'capitalise',
      squeeze: 'squeeze',
    }[goal];
    const wordsOf = (input: string) => input.split(' ').filter((x) => x !== '');
    const solve = (input: string): string => {
      const words = wordsOf(input);
      switch (goal) {
        case 'count':
          return String(words.length);
        case 'longest':
          return String(Math.max(0, ...words.map((x) => x.length)));
        case 'last-length':
          return String(words.at(-1)?.length ?? 0);
        case 'split':
          return `<${words.map((x) => `${x};`).join('')}>`;
        case 'capitalise':
          return `<${input.replace(/(^| )[a-z]/g, (x) => x.toUpperCase()).replaceAll(' ', given ? '-' : ' ')}>`;
        case 'squeeze':
          return `<${input.replace(/ +/g, ' ').replaceAll(' ', given ? '-' : ' ')}>`;
      }
    };
    const call = (input: string) => {
      const shown = text(given ? input.replaceAll(' ', '-') : input);
      const made = pointer
        ? `std::vector<char> v(${input.length + 1}); memcpy(v.data(), ${shown}, v.size());`
        : `std::string v = ${shown};`;
      const result = `${f}(${pointer ? 'v.data()' : 'v'}${given ? ", '-'" : ''})`;
      const emit = {
        split: `std::string r = "<"; for (auto& q : ${result}) r += q + ";"; rlsf_emit(r + ">");`,
        capitalise: `rlsf_emit("<" + ${result} + ">");`,
        squeeze: `rlsf_emit("<" + ${result} + ">");`,
      }[goal as string];
      return { code: `${made} ${emit ?? `rlsf_emit(${result});`}`, expected: solve(input) };
    };
    // `capitalise` leaves the terminating zero alone, so one step too far is no fault there.
    const end = goal === 'capitalise' ? '<' : site('<', ['off_by_one', '<=']);
    const loop = code`for (int ${i} = ${site('0', ['off_by_one', '1'])}; ${i} ${end} ${size}; ${i}++) {`;
    const here = `${s}[${i}]`;
    const previous = `${s}[${i} - 1]`;
    const zero = site(' = 0', ['uninitialised', '']);
    const bodies = {
      count: () => code`
        int ${n}${zero};
        ${loop}
            if (${here} ${site('!=', ['wrong_condition', '=='])} ${mark} && (${site(`${i} == 0 || `, ['off_by_one', ''])}${previous} == ${mark})) ${n}++;
        }
        return ${n};
      `,
      longest: () => code`
        int ${best}${zero};
        int ${n} = 0;
        ${loop}
            ${n} = ${here} ${site('==', ['wrong_condition', '!='])} ${mark} ? ${site('0', ['off_by_one', '1'])} : ${n} + 1;
            if (${n} ${site('>', ['wrong_condition', '<'])} ${best}) ${best} = ${n};
        }
        return ${best};
      `,
      'last-length': () => code`
        int ${i} = ${site(`${size} - 1`, ['off_by_one', size])};
        while (${site(`${i} >= 0 && `, ['off_by_one', ''])}${here} == ${mark}) ${i}--;
        int ${n}${zero};
        while (${i} ${site('>=', ['off_by_one', '>'])} 0 && ${here} ${site('!=', ['wrong_condition', '=='])} ${mark}) {
            ${n}++;
            ${i}--;
        }
        return ${n};
      `,
      split: () => code`
        std::vector<std::string> ${out};
        std::string ${word};
        for (int ${i} = ${site('0', ['off_by_one', '1'])}; ${i} ${site('<=', ['off_by_one', '<'])} ${size}; ${i}++) {
            if (${site(`${i} < ${size} && `, ['wrong_condition', ''])}${here} != ${mark}) {
                ${word} += ${here};
            } else ${site(`if (!${word}.empty()) `, ['wrong_condition', ''])}{
                ${out}.push_back(${word});
                ${site(`${word}.clear();`, ['wrong_value', `${word} = ${mark};`])}
            }
        }
        return ${out};
      `,
      capitalise: () => code`
        std::string ${out}${pointer ? `(${s})` : ` = ${s}`};
        ${loop}
            bool ${word} = ${site(`${i} == 0 || `, ['off_by_one', ''])}${previous} ${site('==', ['wrong_condition', '!='])} ${mark};
            if (${word} && ${here} >= 'a' && ${here} ${site('<=', ['off_by_one', '<'])} 'z') ${out}[${i}] ${site('-=', ['wrong_value', '+='], ['wrong_value', '='])} 'a' - 'A';
        }
        return ${site(out, ['wrong_value', s])};
      `,
      squeeze: () => code`
        std::string ${out};
        ${loop}
            if (${here} ${site('!=', ['wrong_condition', '=='])} ${mark} || ${site(`${i} == 0 || `, ['off_by_one', ''])}${previous} != ${mark}) ${out} ${site('+=', ['wrong_value', '='])} ${here};
        }
        return ${out};
      `,
    };
    const apart = given ? sep : 'spaces';
    const words = {
      count: `Number of words in ${s}; one or more ${apart} separate words`,
      longest: `Length of the longest word in ${s}; words are separated by ${apart}; 0 if there is none`,
      'last-length': `Length of the last word in ${s}; words are separated by ${apart}; 0 if there is none`,
      split: `The words of ${s}, separated by one or more ${apart}, none of them empty`,
      capitalise: `${s} with a-z in upper case at its start and right after every ${given ? sep : 'space'}`,
      squeeze: `${s} with every run of ${given ? sep : 'spaces'} shortened to one`,
    }[goal];
    const result =
      { split: 'std::vector<std::string>', capitalise: 'std::string', squeeze: 'std::string' }[
        goal as string
      ] ?? 'int';
    return {
      statement: `${words}.`,
      signature: `${result} ${f}(${pointer ? `const char* ${s}` : `const std::string& ${s}`}${given ? `, char ${sep}` : ''})`,
      body: bodies[goal](),
      cases: [
        call('the quick zebra'),
        call('  two   words  apart '),
        call(''),
        call('a'),
        call(' '.repeat(17)),
        call('x zz'),
        call('seven up it is now'),
      ],
    };
  },
});
