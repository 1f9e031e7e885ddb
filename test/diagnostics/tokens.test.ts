import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/algorithms/random.js';
import {
  argumentNamed,
  endOfPreviousToken,
  indexLines,
  lexemeEnd,
  nextToken,
} from '../../src/diagnostics/index.js';

/** C++ tokens; two in a row need a blank between them in the worst case only. */
const tokens = [
  'name', 'größe', '_x1', '0', '42u', "1'000'000", '0x1p-3', '1.5e+3f', '.5', '1e10', '"text"',
  '"a \\" b"', "'c'", "'\\''", 'u8"é"', "L'x'", '"x"s', 'R"(a " \n b)"', 'R"x(a )" b)x"', 'u8R"(r)"',
  '+', '++', '->', '->*', '<<=', '<=>', '...', '::', '.*', '##', '{', '}', ';', '(', ')', '[', ',', '?',
]; // prettier-ignore
const gaps = [' ', '\n', '\t', '\r\n', ' // comment "not closed\n', "/* a\n ' b */", ' \\\n '];

function randomProgram(seed: string): { text: string; starts: number[]; ends: number[] } {
  const random = createRandom(seed);
  let text = '';
  const starts: number[] = [];
  const ends: number[] = [];
  for (let i = random.int(30); i >= 0; i--) {
    text += random.pick(gaps);
    starts.push(Buffer.byteLength(text));
    text += random.pick(tokens);
    ends.push(Buffer.byteLength(text));
  }
  return { text: text + random.pick(gaps), starts, ends };
}

describe('C++ tokens', () => {
  it.each(tokens)('end where they end: %s', (token) => {
    for (const rest of ['', ' ', ';', '\n', '\r\n', ')x']) {
      const bytes = new TextEncoder().encode(token + rest);
      expect(lexemeEnd(bytes, 0)).toBe(Buffer.byteLength(token));
    }
  });

  it('are found one after the other in random programs, comments and blanks passed over', () => {
    for (let seed = 0; seed < 300; seed++) {
      const { text, starts, ends } = randomProgram(`tokens/${seed}`);
      const { bytes } = indexLines(text);
      const found: [number, number][] = [];
      for (
        let at = nextToken(bytes, 0);
        at < bytes.length;
        at = nextToken(bytes, lexemeEnd(bytes, at))
      )
        found.push([at, lexemeEnd(bytes, at)]);
      expect(found).toEqual(starts.map((start, i) => [start, ends[i]]));
    }
  });

  it('and the one before a place is the last that ended', () => {
    for (let seed = 0; seed < 300; seed++) {
      const { text, starts, ends } = randomProgram(`before/${seed}`);
      const index = indexLines(text);
      starts.forEach((start, i) => {
        const line = Buffer.from(text).subarray(0, start).toString();
        const number = line.split('\n').length;
        const column = Buffer.byteLength(line.slice(line.lastIndexOf('\n') + 1)) + 1;
        expect(endOfPreviousToken(index, number, column)).toBe(i === 0 ? null : ends[i - 1]);
      });
    }
  });

  it.each([
    ['"no end\nnext', '"no end'],
    ["'x;\nnext", "'x;"],
    ['R"x(no end\n)" at all', 'R"x(no end\n)" at all'],
    ['"a\\', '"a\\'],
    ['R"(', 'R"('],
    ['\n', '\n'],
    ['', ''],
  ])('that are not closed end with their line, or with the text: %j', (text, expected) => {
    const bytes = new TextEncoder().encode(text);
    expect(new TextDecoder().decode(bytes.subarray(0, lexemeEnd(bytes, 0)))).toBe(expected);
  });
});

describe('the argument that a message names', () => {
  const find = (text: string, name: string): string | null => {
    const bytes = new TextEncoder().encode(text);
    const found = argumentNamed(bytes, 0, name);
    return (
      found && `${found.start}:${new TextDecoder().decode(bytes.subarray(found.start, found.end))}`
    );
  };

  it.each([
    ['TWICE(nn) + nn', 'nn', '6:nn'],
    ['M (a, (b), "b", /* c */ c)', 'c', '24:c'],
    ['M(\n  größe\n)', 'größe', '5:größe'],
    ['M(a) + b', 'b', null],
    ['M(b, b)', 'b', null],
    ['M(bb)', 'b', null],
    ['M', 'b', null],
    ['M(b', 'b', null],
    ['M(a(b)', 'b', null],
    ['M(b.c)', 'c', '4:c'],
  ])('is found in %j for %s', (text, name, expected) => {
    expect(find(text, name)).toBe(expected);
  });
});
