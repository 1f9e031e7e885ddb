/** Values shown where cells run: notebooks, the terminal's workbench, scripts. */
export { show, type ShowOptions } from './show.js';
export { live, type LiveView } from './live.js';
export { progressBar, type ProgressBar } from './progress-bar.js';
export { loadPlotly, showElsewhere, type ShowElsewhere } from './outlet.js';
