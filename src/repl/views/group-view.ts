import { visibleText } from '../../plots/visible.js';
import type { ChatMessage, Rollout } from '../../records.js';
import type { ReachedToken } from '../../rollouts/index.js';
import type { StyledLine } from '../styled.js';
import { fitLine, line, padEnd, span } from '../styled.js';
import { breakText } from './fit.js';
import { countOf, signed } from './numbers.js';
import { outcomeSign, outcomeTone } from './outcome.js';
import { rolloutView } from './rollout-view.js';

export interface GroupViewMember {
  rollout: Rollout;
  findings: ReachedToken[];
}

export interface GroupViewOptions {
  /** Columns. */
  width: number;
  /** How many members are shown with their source. @default 3 */
  sources?: number;
}

/** A group of rollouts of one problem: the prompt, one line for each member, and the source of the most telling ones. */
export function groupView(
  prompt: string | ChatMessage[],
  members: readonly GroupViewMember[],
  options: GroupViewOptions,
): StyledLine[] {
  const { width, sources = 3 } = options;
  const text =
    typeof prompt === 'string' ? prompt : prompt.map((message) => message.content).join('\n');
  return [
    ...text
      .trimEnd()
      .split('\n')
      .flatMap((row) => breakText(visibleText(row).replace(/\t/g, '  '), width - 2))
      .map((row) => line(span(`  ${row}`, 'accent'))),
    line(''),
    ...members.map((member) => fitLine(memberLine(member), width)),
    ...tellingMembers(members, sources).flatMap((member) => [
      line(''),
      ...rolloutView(member.rollout, member.findings, { width, maxSourceLines: 24 }),
    ]),
  ];
}

function memberLine({ rollout, findings }: GroupViewMember): StyledLine {
  const { verdict } = rollout;
  const kinds = (verdict?.diagnostics ?? [])
    .filter((finding) => finding.severity !== 'note')
    .map((finding) => `${finding.tool} ${finding.kind}`);
  const reached = findings.length > 0 ? ` → ${countOf(findings.length, 'token')}` : '';
  const outcome = verdict?.outcome;
  return line(
    `  ${String(rollout.sample + 1).padStart(2)}  `,
    span(
      outcome ? padEnd(`${outcomeSign(outcome)} ${outcome}`, 16) : padEnd('unjudged', 16),
      outcome ? outcomeTone(outcome) : 'dim',
    ),
    ` reward ${typeof rollout.reward !== 'number' ? '  — ' : rollout.reward.toFixed(2)}`,
    rollout.advantages ? `  advantage ${signed(rollout.advantages.sequence)}  ` : '  ',
    span(visibleText(`${[...new Set(kinds)].join(', ')}${reached}`), 'dim'),
  );
}

/**
 * First a sanitizer's finding that reached tokens, then a compiler's, then a clean one; the rest in
 * order.
 */
function tellingMembers(members: readonly GroupViewMember[], count: number): GroupViewMember[] {
  const chosen: GroupViewMember[] = [];
  const take = (wanted: (member: GroupViewMember) => boolean): void => {
    const found = members.find((member) => !chosen.includes(member) && wanted(member));
    if (found && chosen.length < count) chosen.push(found);
  };
  const saidBy = (member: GroupViewMember, tools: string[]): boolean =>
    member.findings.length > 0 &&
    (member.rollout.verdict?.diagnostics ?? []).some((finding) => tools.includes(finding.tool));
  take((member) => saidBy(member, ['asan', 'ubsan', 'lsan']));
  take((member) => saidBy(member, ['g++']));
  take((member) => member.rollout.verdict?.outcome === 'clean');
  while (chosen.length < Math.min(count, members.length)) take(() => true);
  return chosen;
}
