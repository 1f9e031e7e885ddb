// The pictures of the README and the docs, made from the real programs in a real terminal (tmux).
//   npm run docs:screens                      all
//   npm run docs:screens -- tour [options]    the tour (configs/tour.yaml; anything that `rlsf tour` takes)
//   npm run docs:screens -- repl              the workbench, and the transcript of docs/repl.md
//   npm run docs:screens -- transcript        its transcript and key map alone
import { tourScreens } from './tour.mjs';
import { workbenchScreens } from './workbench.mjs';

const [what, ...more] = process.argv.slice(2);
if (what === undefined || what === 'repl') await workbenchScreens();
if (what === 'transcript') await workbenchScreens({ pictures: false });
if (what === undefined || what === 'tour') await tourScreens(more);
