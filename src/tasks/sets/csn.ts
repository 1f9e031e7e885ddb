import type { Language, Verdict } from '../../records.js';
import { dataSet } from '../data-set.js';
import { javaHead, pythonHead } from './function-head.js';

interface Row {
  id: string;
  head: string;
  body: string;
  doc: string;
}

/**
 * Functions of open-source projects with their descriptions (CodeSearchNet, Husain et al. 2019,
 * arXiv:1909.09436), for feedback from the compiler alone: nothing is run, for the code around is not
 * there. CodeXGLUE's CoSQA (Python) and CONCODE (Java) are read as well.
 */
export const csn = dataSet<Row>({
  name: 'csn',
  summary: 'Write the body of a real function, Python or Java; it is compiled, not run.',
  source: (language) => ({
    splits: {
      train: split(language, 'train'),
      validation: split(language, 'dev|valid(?:ation)?'),
      test: split(language, 'test'),
    },
    hub: 'code-search-net/code_search_net',
    files: `the ${language} files of CodeSearchNet (github.com/github/CodeSearchNet) as JSON lines`,
  }),
  languages: ['python', 'java'],
  promptFormats: [
    {
      name: 'completion',
      summary: 'description and head of the function; the completion is its body',
      stop: (language) => (language === 'python' ? ['\nclass', '\ndef', '\n@'] : []),
    },
  ],
  read(row, { language, split: part, index }) {
    const code = row.text('whole_func_string', 'original_string', 'code');
    const doc = row.optionalText('func_documentation_string', 'docstring', 'nl', 'doc') ?? '';
    const number = row.optionalText('idx') ?? `${part}/${index}`;
    const id = `csn/${language}/${number}`;
    // CONCODE: the members of the class follow the description.
    const told = doc.split('concode_field_sep')[0].trim();
    return language === 'python'
      ? { id, doc: told, ...pythonHead(code) }
      : { id, doc: told, ...javaHead(code) };
  },
  problem({ head, body, doc }, { language }) {
    const prompt = language === 'python' ? pythonPrompt(head, doc) : javaPrompt(head, doc);
    const around =
      language === 'python'
        ? { prefix: prompt, suffix: '' }
        : { prefix: `class Rlsf {\n${prompt}`, suffix: '\n}\n' };
    return {
      prompt,
      tests: { includes: '', ...around, cases: [], compileOnly: true },
      reference: body,
    };
  },
  notes: (language) => [
    language === 'python'
      ? 'Functions are compiled, not run.'
      : 'Functions are compiled, not run; a method that names types or members of the class it was cut from cannot compile alone.',
  ],
  knownFailure: ({ id, language }, verdict) =>
    language === 'java' ? (knownConcode[id] ?? outOfItsClass(verdict)) : python2(verdict),
});

/** CONCODE's development rows that fail for another reason than a missing name. */
const knownConcode: Readonly<Record<string, string>> = {
  'csn/java/validation/370': 'CONCODE has put a text in the place of a character',
  'csn/java/validation/1207': 'CONCODE leaves out the throws clause',
  'csn/java/validation/1490': 'CONCODE leaves out the throws clause',
  'csn/java/validation/1781': 'CONCODE has put one text in the place of several',
};

function split(language: Language, name: string): RegExp {
  return new RegExp(`^(?=.*${language})(.*/|[^/]*[_-])?(${name})([-_.][^/]*)?$`);
}

/** A description that is not in the code is a comment above it. */
function pythonPrompt(head: string, doc: string): string {
  const isTold = /"""|'''/.test(head) || doc === '';
  return isTold ? head : `${doc.replaceAll(/^/gm, '# ')}\n${head}`;
}

function javaPrompt(head: string, doc: string): string {
  if (doc === '') return head;
  return `/** ${doc.replaceAll('*/', '* /').replaceAll('\n', '\n * ')} */\n${head}`;
}

function outOfItsClass({ diagnostics }: Verdict): string | null {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const isMissing = errors.some(({ kind }) => /^(cant\.resolve|doesnt\.exist)/.test(kind));
  return isMissing ? 'it names types or members of the class that it was cut from' : null;
}

const python2Messages =
  /^Missing parentheses in call to '(print|exec)'|^multiple exception types must be parenthesized/;

function python2({ diagnostics }: Verdict): string | null {
  return diagnostics.some(({ message }) => python2Messages.test(message)) ? 'it is Python 2' : null;
}
