import type { HeatKind } from '../../../rollouts/inspection.js';
import type { InspectorPage, ShownScheme } from '../../viewer/messages.js';
import { scrolled } from './list-state.js';
import type { ViewAction } from './view-keys.js';

/** What the inspector shows of one rollout. */
export interface InspectorState {
  /** `null`: the row under the cursor has not come yet. */
  position: number | null;
  /** What is wanted; what there is then, the page says. `null`: the first that a finding reached. */
  token: number | null;
  /** `null`: the first there is. */
  heat: HeatKind | null;
  scheme: ShownScheme;
  lambda: number;
  scroll: number;
  /** The next page scrolls to its token. */
  toToken: boolean;
  page: InspectorPage | null;
}

const schemes: readonly ShownScheme[] = [
  'stored',
  'scalar',
  'span_penalty',
  'process',
  'return_to_go',
];

export function initialInspector(position: number | null): InspectorState {
  return {
    position,
    token: null,
    heat: null,
    scheme: 'stored',
    lambda: 0.5,
    scroll: 0,
    toToken: false,
    page: null,
  };
}

/** What was chosen for one rollout holds for the next: scheme, heat and λ stay. */
export function inspectorOf(inspector: InspectorState, position: number | null): InspectorState {
  if (inspector.position === position && position !== null) return inspector;
  return { ...inspector, position, token: null, scroll: 0, toToken: false, page: null };
}

/** After a key within one rollout. */
export function reduceInspector(
  inspector: InspectorState,
  action: ViewAction,
  body: number,
): InspectorState {
  const { page, lambda } = inspector;
  const token = inspector.token ?? page?.token ?? 0;
  const scroll = scrolled(inspector.scroll, action, { lines: page?.lines.length ?? 0, body });
  if (scroll !== null) return { ...inspector, scroll };
  switch (action) {
    case 'nextToken':
      return atToken(inspector, token + 1);
    case 'previousToken':
      return atToken(inspector, token - 1);
    case 'nextFinding':
      return atToken(inspector, page?.blamed.find((at) => at > token) ?? page?.blamed[0]);
    case 'previousFinding':
      return atToken(inspector, page?.blamed.findLast((at) => at < token) ?? page?.blamed.at(-1));
    case 'scheme':
      return { ...inspector, scheme: following(schemes, inspector.scheme) };
    case 'heat':
      return page === null || page.heats.length === 0
        ? inspector
        : { ...inspector, heat: following(page.heats, page.heat) };
    case 'moreLambda':
      return { ...inspector, lambda: Math.min(5, Math.round(10 * lambda + 1) / 10) };
    case 'lessLambda':
      return { ...inspector, lambda: Math.max(0, Math.round(10 * lambda - 1) / 10) };
    default:
      return inspector;
  }
}

function atToken(inspector: InspectorState, token: number | undefined): InspectorState {
  const count = inspector.page?.tokens ?? 0;
  if (token === undefined || count === 0) return inspector;
  return { ...inspector, token: Math.max(0, Math.min(token, count - 1)), toToken: true };
}

function following<Value>(values: readonly Value[], value: Value | null): Value {
  const at = value === null ? -1 : values.indexOf(value);
  return values[(at + 1) % values.length];
}
