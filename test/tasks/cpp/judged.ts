import type { JudgePool } from '../../../src/sandbox/index.js';
import { renderReference, singleFaults } from '../../../src/tasks/cpp/family.js';
import type { Draft } from '../../../src/tasks/cpp/family.js';
import { includes } from '../../../src/tasks/cpp/includes.js';
import { completionOf, promptOf } from '../../../src/tasks/cpp/problems.js';

export interface Candidate {
  label: string;
  draft: Draft;
  body: string;
  right: boolean;
}

/** The reference, and every body that takes one other correct text. */
export function rightBodies(label: string, draft: Draft): Candidate[] {
  const others = draft.body.flatMap((piece, at) =>
    typeof piece === 'string'
      ? []
      : piece.right
          .slice(1)
          .map((text) =>
            draft.body
              .map((other, i) =>
                i === at ? text : typeof other === 'string' ? other : other.right[0],
              )
              .join(''),
          ),
  );
  return [renderReference(draft), ...others].map((body) => ({ label, draft, body, right: true }));
}

export function faultyBodies(label: string, draft: Draft): Candidate[] {
  return singleFaults(draft).map(({ kind, body }) => ({
    label: `${label} ${kind}`,
    draft,
    body,
    right: false,
  }));
}

/** Those that are not judged as they should be: right ones clean, faulty ones anything else. */
export async function misjudged(
  judge: JudgePool,
  candidates: readonly Candidate[],
): Promise<string[]> {
  const verdicts = await judge.judge(
    candidates.map(({ draft, body }) => ({
      completion: completionOf(body),
      tests: { includes, prefix: promptOf(draft), suffix: '', cases: draft.cases },
      language: 'cpp',
    })),
  );
  return candidates.flatMap(({ label, draft, body, right }, i) => {
    const { outcome, diagnostics } = verdicts[i];
    const fine = outcome !== 'sandbox_error' && (outcome === 'clean') === right;
    const first = diagnostics[0] ? `: ${diagnostics[0].message}` : '';
    return fine ? [] : [`${label} is ${outcome}${first}\n${promptOf(draft)}${completionOf(body)}`];
  });
}
