import type { SessionSummary, ViewRequest } from './protocol.js';

/** What a command asks the screen to open beside its lines; `null`: nothing. */
export function viewOf(
  command: string,
  value: unknown,
  summary: SessionSummary,
): ViewRequest | null {
  const fields = (typeof value === 'object' && value !== null ? value : {}) as {
    position?: unknown;
    edit?: unknown;
    open?: unknown;
    file?: unknown;
  };
  const { source } = summary;
  if (command === 'browse' && source) return { view: 'rollouts', source };
  if (command === 'inspect' && source && typeof fields.position === 'number')
    return { view: 'rollouts', source, position: fields.position };
  if (command === 'problems') return { view: 'problems' };
  if (command === 'reward' && typeof fields.edit === 'string')
    return { view: 'editor', file: fields.edit };
  if (command === 'plot' && fields.open === true && typeof fields.file === 'string')
    return { view: 'page', file: fields.file };
  return null;
}
