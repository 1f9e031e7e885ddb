import type { Diagnostic } from '../../src/records.js';
import type { InspectionInput } from '../../src/rollouts/index.js';
import { exampleRollout } from './example-rollout.js';

export const completion = 'int x;\nreturn *p;\n}\n';

/** Tokens `int `, `x;\n`, `return *p`, `;\n}\n` and the end token. */
export function sampled(changes: Partial<InspectionInput> = {}): InspectionInput {
  return {
    ...exampleRollout(),
    completion,
    completionIds: [1, 2, 3, 4, 0],
    logprobs: [-0.01, -3, -0.5, 0, -0.1],
    completionMask: [1, 1, 1, 1, 1],
    byteOffsets: [0, 4, 7, 16, 20, 20],
    ...changes,
  };
}

/** A read after free in line 2. */
export function finding(changes: Partial<Diagnostic> = {}): Diagnostic {
  return {
    tool: 'asan',
    severity: 'error',
    kind: 'heap-use-after-free',
    message: 'READ of size 4',
    option: null,
    position: { file: 'program.cpp', line: 5, column: null },
    span: { start: 7, end: 17, precision: 'line' },
    frames: [],
    ...changes,
  };
}
