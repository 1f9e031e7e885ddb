/**
 * What the page does: draws the figures in the colours of the system, and opens the rollouts of a cell
 * for a click, for the two lists, and for `#step=3&problem=…`. Data come from the page's own JSON; of
 * texts it makes text nodes. The one piece of HTML it inserts, a cell's, is escaped where it is made,
 * and the page's policy lets no script run but this one and Plotly.
 */
export const reportClient = `
(() => {
  'use strict';
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId('report-data').textContent);
  const darkly = matchMedia('(prefers-color-scheme: dark)');

  const dressed = (layout) => {
    const { width, ...rest } = layout;
    const own = { ...rest, autosize: true };
    if (!darkly.matches) return own;
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue('--report-' + name).trim();
    own.paper_bgcolor = own.plot_bgcolor = colour('paper');
    own.font = { ...own.font, color: colour('ink') };
    for (const key of Object.keys(own)) {
      if (!/^[xy]axis/.test(key)) continue;
      own[key] = { ...own[key], gridcolor: colour('edge'), linecolor: colour('edge') };
    }
    return own;
  };
  const draw = () => {
    for (const [id, figure] of Object.entries(data.figures)) {
      const options = { responsive: true, displaylogo: false };
      if (id === 'figure-grid') options.displayModeBar = false;
      Plotly.react(id, figure.data, dressed(figure.layout), options);
    }
  };
  draw();
  darkly.addEventListener('change', () => { draw(); if (data.grid) mark(); });
  if (!data.grid) return;

  const { labels, problems, steps, cells, order } = data.grid;
  const index = new Map(problems.map((id, at) => [id, at]));
  const cellAt = new Map(cells.map((cell) => [cell.problem + '|' + cell.step, cell]));
  const stepsOf = problems.map(() => []);
  for (const cell of cells) stepsOf[cell.problem].push(cell.step);
  const [problemList, stepList] = [byId('choose-problem'), byId('choose-step')];
  const option = (value, text) => {
    const made = document.createElement('option');
    made.value = String(value);
    made.textContent = text;
    return made;
  };
  problemList.append(...order.map((at) => option(at, labels[at])));
  const fillSteps = (problem, step) => {
    stepList.replaceChildren(
      ...stepsOf[problem].map((each) => option(each, each + ' (' + cellAt.get(problem + '|' + each).clean + ' clean)')),
    );
    stepList.value = String(step);
  };
  const go = (problem, step) => {
    location.hash = new URLSearchParams({ step: String(step), problem: problems[problem] }).toString();
  };
  problemList.addEventListener('change', () => {
    const problem = Number(problemList.value);
    fillSteps(problem, stepsOf[problem].at(-1));
  });
  byId('choose').addEventListener('submit', (event) => {
    event.preventDefault();
    const [problem, step] = [Number(problemList.value), Number(stepList.value)];
    const before = location.hash;
    go(problem, step);
    if (location.hash === before) open();
  });
  const move = (by) => {
    if (!current) return;
    const all = stepsOf[current.problem];
    const next = all[all.indexOf(current.step) + by];
    if (next !== undefined) go(current.problem, next);
  };
  byId('step-before').addEventListener('click', () => move(-1));
  byId('step-after').addEventListener('click', () => move(1));
  byId('figure-grid').on('plotly_click', ({ points }) => {
    const [problem, step] = points[0].customdata;
    if (cellAt.has(problem + '|' + step)) go(problem, step);
  });

  let current = null;
  const mark = () => {
    if (!current) return;
    const y = order.length - 1 - order.indexOf(current.problem);
    const x = steps.indexOf(current.step);
    const line = { color: '#d55e00', width: 3 };
    Plotly.relayout('figure-grid', {
      shapes: [{ type: 'rect', x0: x - 0.5, x1: x + 0.5, y0: y - 0.5, y1: y + 0.5, line }],
    });
  };
  const unpacked = (text) => {
    const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
    return new Response(stream).text();
  };
  const open = async () => {
    const asked = new URLSearchParams(location.hash.slice(1));
    if (!asked.has('problem')) return;
    const problem = index.get(asked.get('problem'));
    const cell = cellAt.get(problem + '|' + Number(asked.get('step')));
    const [title, body] = [byId('rollouts-title'), byId('rollouts-body')];
    const say = (text) => {
      const line = document.createElement('p');
      line.textContent = text;
      body.replaceChildren(line);
    };
    if (!cell) {
      title.textContent = 'No such cell';
      say('The link names a problem or a step that this run did not sample.');
      return;
    }
    current = cell;
    title.textContent = labels[problem] + ', step ' + cell.step + ': ' + cell.clean + ' clean';
    problemList.value = String(problem);
    fillSteps(problem, cell.step);
    mark();
    if (cell.packed === null) {
      say('These rollouts were left out to keep the page small. In the terminal: ' + cell.commands.join(' '));
    } else if (typeof DecompressionStream === 'undefined') {
      say('This browser cannot unpack them (no DecompressionStream). In the terminal: ' + cell.commands.join(' '));
    } else {
      const html = await unpacked(cell.packed);
      if (current === cell) body.innerHTML = html;
    }
    document.body.dataset.opened = cell.problem + '|' + cell.step;
    title.focus({ preventScroll: true });
    byId('rollouts').scrollIntoView();
  };
  addEventListener('hashchange', open);
  const first = cells.at(-1);
  if (first) {
    problemList.value = String(order[0]);
    fillSteps(order[0], stepsOf[order[0]].at(-1));
  }
  open();
})();
`;
