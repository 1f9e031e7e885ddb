import { line, span } from '../styled.js';
import { searchMatches } from './editor-history.js';
import type { LiveLines } from './layout.js';
import { keyMapLines } from './keys.js';
import type { WorkbenchState } from './state.js';

/**
 * The live part for a screen reader: sentences without drawings, and progress in tenths, so that it
 * speaks when something has changed.
 */
export function readerLines(state: WorkbenchState): LiveLines {
  const { editor, work, dashboard } = state;
  const lines = [];
  if (work) {
    const { step, progress } = dashboard?.tour ?? { step: null, progress: null };
    const now =
      progress ?? (step ? { done: step.step, total: step.maxSteps, label: 'steps' } : null);
    const tenths = now && now.total > 0 ? Math.floor((10 * now.done) / now.total) * 10 : null;
    const far = tenths === null || !now ? '' : `, ${now.label} ${tenths} percent`;
    lines.push(
      line(`${work.stopping ? 'Stopping' : 'Running'} ${work.text.split('\n')[0]}${far}.`),
    );
  }
  if (state.queue.length > 0) lines.push(line(`Queued: ${state.queue.join(', ')}.`));
  if (state.help) lines.push(...keyMapLines(80));
  if (state.notice) lines.push(state.notice);
  if (editor.search) {
    const found = searchMatches(editor)[editor.search.selected] ?? 'no match';
    lines.push(line(`History search ${editor.search.query}: ${found}`));
  } else if (editor.menu) {
    const { candidates, selected } = editor.menu;
    const { text, summary } = candidates[selected];
    lines.push(
      line(`${text}, ${selected + 1} of ${candidates.length}${summary ? `, ${summary}` : ''}`),
    );
  }
  if (state.engine !== 'ready')
    lines.push(line(state.engine === 'ended' ? 'No engine.' : 'The engine is starting.'));
  lines.push(line(span('rlsf> '), editor.text));
  return { lines, cursor: null };
}
