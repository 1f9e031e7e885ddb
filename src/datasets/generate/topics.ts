import { readFile } from 'node:fs/promises';
import { inputError } from '../../errors.js';

/** What the problems are about, where no file of topics is given. */
export const topics: readonly string[] = [
  'strings: searching, replacing, splitting or joining text',
  'strings: counting or comparing characters and words',
  'arrays: rearranging the elements of a vector in place',
  'arrays: prefix sums, running extremes or sliding windows',
  'two-dimensional grids stored as a vector of vectors',
  'maps and sets: counting, grouping or finding what is missing',
  'maps: keeping the order of first appearance while looking things up',
  'bit tricks: masks, shifts, population counts or rotations of unsigned integers',
  'recursion on nested data or on a number',
  'recursion over a binary tree given by raw pointers to a small struct',
  'parsing a small text format into values, malformed input included',
  'parsing integers with signs, limits and overflow taken care of',
  'intervals: merging, intersecting or covering ranges',
  'memory ownership: building and freeing a singly linked list of a small struct',
  'memory ownership: copying or growing a buffer made by new[]',
  'pointers: a range given by a pointer and a length, walked without leaving it',
  'sorting by a key of one’s own, ties included',
  'binary search in sorted data, first and last place included',
  'stacks and queues: matching, scheduling or evaluating',
  'integer arithmetic: divisors, remainders, digits or exact powers',
  'arithmetic that would overflow 32 bits if done carelessly',
  'dates and times of day in whole numbers',
  'simulation of a small machine, game or queue step by step',
  'iterators: removing elements of a container while walking through it',
  'dynamic programming over one short sequence',
  'graphs given as an adjacency list: reachability or shortest distances',
];

export const difficulties = ['easy', 'medium', 'hard'] as const;

/** The surroundings of a problem: they keep two problems of one topic apart. */
export const settings: readonly string[] = [
  'a warehouse', 'a weather station', 'a library', 'a train timetable', 'a kitchen', 'a text editor',
  'a music player', 'a chess club', 'a garden', 'a post office', 'a file system', 'a sensor log',
  'a football league', 'a bank counter', 'a spaceship', 'a museum', 'a compiler', 'a bicycle shop',
  'a hospital ward', 'a school register', 'a network router', 'a bakery', 'a puzzle book', 'no setting at all, plain terms',
]; // prettier-ignore

/** What is to be wrong with the rejected solution. */
export const faults: readonly string[] = [
  'a loop runs one step too far or stops one step too early',
  'an index leaves the array for one kind of input',
  'the empty input, or the input with one element, is not treated',
  'integer overflow, or a wrong type of an intermediate result',
  'a comparison or a sign the wrong way round',
  'memory is leaked, freed twice or used after it was freed, where the problem owns memory; else a wrong initial value',
  'one rule of the statement is forgotten',
  'ties or duplicates are treated wrongly',
];

/** A topic a line; empty lines and those that begin with `#` are passed over. */
export async function readTopics(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw inputError(`Topics: cannot read ${file}. Give a text file with one topic a line.`, {
      cause,
    });
  });
  const found = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (found.length > 0) return [...new Set(found)];
  throw inputError(`Topics: expected one topic a line in ${file}, there is none.`);
}
