import { visibleText } from '../../plots/visible.js';
import type { InspectedStage, Inspection } from '../../rollouts/index.js';
import type { StyledLine } from '../styled.js';
import { line, padEnd, span } from '../styled.js';

/** Lines of each stream of a stage where the findings do not say what went wrong, and where they do. */
const unexplainedLines = 12;
const writtenLines = 4;
/** Of several inputs, the output of these. */
const maxRuns = 3;

/** One line for each stage, and below it what the program wrote, or a tool that nobody understood. */
export function stageLines(inspection: Inspection): StyledLine[] {
  const { stages, findings, outcome } = inspection;
  // Older records say only here which tests failed.
  const isOld = inspection.tests.length === 0;
  const isUnexplained =
    outcome === 'sandbox_error' ||
    (outcome !== 'clean' && outcome !== 'wrong_answer' && findings.length === 0);
  const runs = stages.filter(({ stage }) => stage === 'run').slice(0, maxRuns);
  return stages.flatMap((stage, at) => {
    const ended =
      stage.signal === null ? `exit ${stage.exitCode ?? '?'}` : `signal ${stage.signal}`;
    const text = `${padEnd(stage.stage, 8)}${padEnd(ended, 6)}  ${(stage.durationMs / 1000).toFixed(2)} s  ${visibleText(stage.command.join(' '))}`;
    return [
      line(span(padEnd(at === 0 ? 'stages' : '', 11), 'dim'), text.trimEnd()),
      ...(isUnexplained || (isOld && stage.stage === 'check')
        ? [
            ...outputLines('', stage.stderr, unexplainedLines),
            ...outputLines('', stage.stdout, unexplainedLines),
          ]
        : runs.includes(stage)
          ? writtenLinesOf(stage, findings.length > 0)
          : []),
    ];
  });
}

/** What the program wrote, on standard error without the reports that became findings. */
function writtenLinesOf({ stdout, stderr }: InspectedStage, hasFindings: boolean): StyledLine[] {
  return [
    ...outputLines('stdout', stdout, writtenLines),
    ...outputLines('stderr', hasFindings ? beforeReport(stderr) : stderr, writtenLines),
  ];
}

/**
 * What stands before the first report of a runtime or a sanitizer. Reports go on for many lines and
 * not all of their kinds say where they end, so what is written after one is not told from it.
 */
function beforeReport(stderr: string): string {
  const report =
    /^(?:.*: runtime error: |=+$|==\w+==|AddressSanitizer|terminate called |Traceback \(most recent|Exception in thread |Fatal Python error|.*: Assertion [`'])/m;
  const at = stderr.search(report);
  return at < 0 ? stderr : stderr.slice(0, at);
}

function outputLines(stream: string, text: string, most: number): StyledLine[] {
  const indent = ' '.repeat(13);
  const name = stream === '' ? '' : `${stream}  `;
  const all = text.split('\n').filter((row) => row.trim() !== '');
  const rows = all.slice(0, most).map((row, at) => {
    const shown = visibleText(row).replace(/\t/g, '  ');
    return line(span(`${indent}${at === 0 ? name : ' '.repeat(name.length)}${shown}`, 'dim'));
  });
  if (all.length > most)
    rows.push(
      line(span(`${indent}${' '.repeat(name.length)}… ${all.length - most} more lines`, 'dim')),
    );
  return rows;
}
