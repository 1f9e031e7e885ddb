/** Values shown where cells run: notebooks, the terminal's workbench, scripts. */
export { show } from './show.js';
export type { ShowOptions } from './show-options.js';
export { live, type LiveView } from './live.js';
export { progressBar, type ProgressBar } from './progress-bar.js';
export { loadPlotly, showElsewhere, type ShowElsewhere } from './outlet.js';
