import { notebookKernel } from './kernel.js';
import type { DisplayBundle, NotebookKernel } from './kernel.js';
import { plotlyLoader } from './figure-html.js';

/** Where values go that are shown outside a notebook. */
export type ShowElsewhere = (value: unknown, options: { name?: string }) => void;

let elsewhere: ShowElsewhere | null = null;
/** The kernel that holds Plotly's bundle among its outputs. */
let isPlotlySent = false;

/**
 * A front end of its own (the terminal's workbench) says how it shows a value; `null` takes it back.
 * Without one the text of a value is printed.
 */
export function showElsewhere(how: ShowElsewhere | null): void {
  elsewhere = how;
}

export type Outlet =
  | { kind: 'kernel'; kernel: NotebookKernel }
  | { kind: 'elsewhere'; show: ShowElsewhere }
  | { kind: 'print' };

export function outlet(): Outlet {
  if (elsewhere !== null) return { kind: 'elsewhere', show: elsewhere };
  const kernel = notebookKernel();
  return kernel === null ? { kind: 'print' } : { kind: 'kernel', kernel };
}

/** Sends a bundle, and before the first figure of a notebook Plotly's own code, in an output by itself. */
export async function sendToKernel(
  kernel: NotebookKernel,
  bundle: DisplayBundle,
  place: { id: string | null; isUpdate: boolean } = { id: null, isUpdate: false },
): Promise<void> {
  if ('application/vnd.plotly.v1+json' in bundle.data && !isPlotlySent) {
    isPlotlySent = true;
    await loadPlotly();
  }
  kernel.display(bundle, place.id, place.isUpdate);
}

/**
 * Puts Plotly's code into the output of the cell that runs. The first figure of a kernel does it by
 * itself; call it where that output is gone from the notebook and figures stay still pictures.
 */
export async function loadPlotly(): Promise<void> {
  const kernel = notebookKernel();
  kernel?.display(
    { data: { 'text/html': await plotlyLoader(), 'text/plain': '' }, metadata: {} },
    null,
    false,
  );
}
