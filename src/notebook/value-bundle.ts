import { inspectionHtml } from '../plots/inspector-html.js';
import { visibleText } from '../plots/visible.js';
import type { Inspection } from '../rollouts/index.js';
import { inspectRollouts } from '../rollouts/index.js';
import { afterOf } from './after.js';
import { figureBundle } from './figure-bundle.js';
import type { DisplayBundle } from './kernel.js';
import { isFigure, isInspection, isListOf, isRecord, isRollout } from './kinds.js';
import { rolloutsHtml, rolloutsTable } from './rollouts-html.js';
import type { ShowOptions } from './show-options.js';
import { tableHtml, tableText, type ShownTable } from './table.js';
import { cellText, fieldsTable, objectsTable } from './value-table.js';

/** Any value in the forms that readers of notebooks take. */
export async function valueBundle(
  value: unknown,
  options: ShowOptions & { isPassing?: boolean } = {},
): Promise<DisplayBundle> {
  const name = options.name ?? null;
  if (isFigure(value)) return figureBundle(value, options);
  if (isRollout(value)) {
    const [inspection] = inspectRollouts([value], afterOf(options.after, [value]));
    return inspectionBundle(inspection, name);
  }
  if (isInspection(value)) return inspectionBundle(value, name);
  if (isListOf(value, isRollout))
    return htmlBundle(
      rolloutsHtml(value, name, options.after),
      tableText(rolloutsTable(value, name)),
    );
  if (isListOf(value, isInspection))
    return htmlBundle(
      inspectionHtml(value, name === null ? {} : { title: name }),
      value.map(inspectionText).join('\n\n'),
    );
  if (isListOf(value, isRecord)) return tableBundle(objectsTable(value, name));
  if (isRecord(value)) return tableBundle(fieldsTable(value, name));
  const text = visibleText(cellText(value));
  return {
    data: { 'text/plain': name === null ? text : `${visibleText(name)}: ${text}` },
    metadata: {},
  };
}

function tableBundle(table: ShownTable): DisplayBundle {
  return htmlBundle(tableHtml(table), tableText(table));
}

function inspectionBundle(inspection: Inspection, name: string | null): DisplayBundle {
  return htmlBundle(
    inspectionHtml(inspection, name === null ? {} : { title: name }),
    inspectionText(inspection),
  );
}

function htmlBundle(html: string, text: string): DisplayBundle {
  return { data: { 'text/html': html, 'text/plain': text }, metadata: {} };
}

/** Facts, numbered source, findings. */
function inspectionText(inspection: Inspection): string {
  const { title, outcome, reward, advantage, testsPassed, testsTotal, lines, findings } =
    inspection;
  const facts = [
    outcome ?? 'not judged',
    ...(testsTotal > 0 ? [`tests ${testsPassed}/${testsTotal}`] : []),
    ...(reward === null ? [] : [`reward ${cellText(reward)}`]),
    ...(advantage === null ? [] : [`advantage ${cellText(advantage.sequence)}`]),
  ];
  const source = lines
    .slice(0, 200)
    .map(({ number, text }) => `${String(number).padStart(4)}  ${visibleText(text.slice(0, 400))}`);
  const found = findings.map(({ tool, kind, message, place, reason }) =>
    visibleText(
      `  ${tool} ${kind}: ${message} (${place === null ? (reason ?? 'no place') : `line ${place.line}`})`,
    ),
  );
  return [`${visibleText(title)}: ${facts.join(', ')}`, ...source, ...found].join('\n');
}
