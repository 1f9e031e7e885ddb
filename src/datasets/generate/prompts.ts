import { createHash } from 'node:crypto';
import { createRandom } from '../../algorithms/index.js';
import type { ChatMessage } from '../../records.js';
import { difficulties, faults, settings } from './topics.js';

/** One problem that is asked for: slot 0, 1, 2, … of a seed. */
export interface Slot {
  slot: number;
  topic: string;
  difficulty: (typeof difficulties)[number];
  messages: ChatMessage[];
  /** Sent to servers that take one. */
  seed: number;
}

const system = `You write programming problems for a collection that is checked by machine. Each problem is one C++17 function to complete.

Answer with one JSON object and nothing else. Its keys, all required:
- "name": the function's name, lower snake_case.
- "statement": what the function does, two to eight plain sentences. It must settle every case: empty input, ties, limits, who owns memory. At the end one or two examples in words or as a call with its result.
- "declarations": C++ source that must stand before the function, such as a struct; an empty string where none is needed. No functions, no includes.
- "signature": the function's head without brace and semicolon, for example "int count_runs(const std::vector<int>& values)".
- "tests": five to twelve strings. Each is C++ that stands alone in a block, calls the function and ends in at least one assert(...). Together they must cover the ordinary case, the edges and every rule of the statement; a wrong solution must fail at least one of them. Memory that a test receives it also frees.
- "chosen": the body of a correct solution, what stands between the braces of the function, without these braces.
- "rejected": the body of a plausible solution with one real fault, such as a programmer might write. It must fail at least one of the tests.
- "fault": one sentence: what is wrong with "rejected".
- "difficulty": "easy", "medium" or "hard".

Rules for the code: <bits/stdc++.h> and <assert.h> are included, no other header is there. Write std:: in front of library names. No main, no input or output, no threads, no files, no randomness, no clock. The correct solution compiles without a warning under -Wall -Wextra and is clean under AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer. Indent by four spaces. Write no comments in the solutions.`;

function userText(slot: Omit<Slot, 'messages'>, setting: string, fault: string): string {
  const difficulty = {
    easy: 'easy: some five lines of code',
    medium: 'medium: some ten to fifteen lines, one idea that must be found',
    hard: 'hard: some fifteen to thirty lines, several cases that must be kept apart',
  }[slot.difficulty];
  return `Write problem number ${slot.slot + 1}.
Topic: ${slot.topic}.
Setting: ${setting}.
Difficulty: ${difficulty}.
The fault of "rejected": ${fault}.
Choose a task that is not a textbook classic, and give it rules of its own.`;
}

/** What is asked in a slot: decided by the seed, the topics and the slot's number alone. */
export function slotOf(slot: number, seed: number | string, topics: readonly string[]): Slot {
  const random = createRandom(`generate/${seed}`);
  // Each topic comes once before one comes again.
  const round = Math.floor(slot / topics.length);
  const topic = random.fork(`round ${round}`).shuffle(topics)[slot % topics.length];
  const own = random.fork(`slot ${slot}`);
  const asked = {
    slot,
    topic,
    difficulty: own.pick(difficulties),
    seed: own.int(2 ** 31),
  };
  // … and each time in other surroundings.
  const setting = random.fork(`settings of ${topic}`).shuffle(settings)[round % settings.length];
  const text = userText(asked, setting, own.pick(faults));
  return {
    ...asked,
    messages: [
      { role: 'system', content: system },
      { role: 'user', content: text },
    ],
  };
}

/** Of all that is asked in words, whatever the slot: it changes when the texts do. */
export function promptsHash(): string {
  const example = { slot: 0, topic: '{topic}', seed: 0 };
  const texts = difficulties.map((difficulty) =>
    userText({ ...example, difficulty }, '{setting}', '{fault}'),
  );
  return sha256([system, ...texts, settings, faults]);
}

/** What makes a request the same: the words, the model and how it is to draw. */
export function requestHash(
  slot: Slot,
  asked: { model: string; temperature: number; maxTokens: number },
): string {
  const { model, temperature, maxTokens } = asked;
  return sha256([model, slot.messages, temperature, maxTokens, slot.seed]);
}

function sha256(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
