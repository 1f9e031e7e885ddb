import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { jupyterEnvironment } from './execute.mjs';
import { executedFolder, folder as chapters } from './files.mjs';

const size = { width: 1200, height: 950 };

/**
 * Two pictures of JupyterLab in Chromium: a chapter run there, at the cell that shows one answer before and
 * after an update, and the same chapter executed elsewhere, opened and not trusted, at its histogram.
 */
export async function jupyterLabPictures(openPage, folder) {
  const work = mkdtempSync(path.join(os.tmpdir(), 'rlsf-lab-'));
  cpSync(path.join(chapters, '04-grpo-by-hand.ipynb'), path.join(work, 'run-here.ipynb'));
  cpSync(path.join(executedFolder, '04-grpo-by-hand.ipynb'), path.join(work, 'not-trusted.ipynb'));
  const lab = startLab(work);
  try {
    const { url, token } = await lab.address;
    const open = async (name) => {
      const page = await openPage(`${url}lab/tree/${name}.ipynb?token=${token}&reset`, size);
      const ready = `${notebook}?.content.widgets.length > 0 && ${notebook}.sessionContext.session?.kernel?.status === 'idle'`;
      await page.waitFor(ready, { what: `${name}.ipynb is open` });
      // The file list, and whatever JupyterLab has to say to a newcomer.
      await page.evaluate("jupyterapp.commands.execute('application:toggle-left-area')");
      await page.evaluate(
        'jupyterapp.commands.execute("apputils:dismiss-notification").catch(() => null)',
      );
      return page;
    };
    const live = await open('run-here');
    await live.evaluate("jupyterapp.commands.execute('notebook:run-all-cells').then(() => null)");
    await live.waitFor(`${codeCells}.every(({ executionCount }) => executionCount !== null)`, {
      seconds: 600,
      what: 'every cell has run',
    });
    await goTo(live, 'before and after the update');
    await live.evaluate(showTokens);
    await take(live, path.join(folder, 'jupyterlab-live.png'));
    const untrusted = await open('not-trusted');
    await goTo(untrusted, 'ratioHistogram(ratiosOf');
    await take(untrusted, path.join(folder, 'jupyterlab-untrusted.png'));
  } finally {
    await lab.stop();
    rmSync(work, { recursive: true, force: true });
  }
}

const notebook = 'globalThis.jupyterapp?.shell.currentWidget';
const codeCells = `[...${notebook}.content.model.cells].filter(({ type }) => type === 'code')`;

/** The table of tokens unfolded, at those that a finding reached, below the source. */
const showTokens = `(() => {
  const isOfTokens = (each) => each.querySelector('summary')?.textContent.startsWith('Tokens');
  const table = [...document.querySelectorAll('.jp-mod-active details')].find(isOfTokens);
  table.open = true;
  const row = [...table.querySelectorAll('tbody tr')].find((each) => each.lastElementChild.textContent !== '');
  table.querySelector('.rlsf-scroll').scrollTop = row.offsetTop - 120;
  document.querySelector('.jp-WindowedPanel-outer').scrollTop += table.getBoundingClientRect().top - 520;
})()`;

/** Puts the cell that has these words at the top. */
async function goTo(page, words) {
  const found = await page.evaluate(`(async () => {
    const { content } = ${notebook};
    const at = [...content.model.cells].findIndex(({ sharedModel }) => sharedModel.source.includes(${JSON.stringify(words)}));
    content.activeCellIndex = at;
    content.mode = 'command';
    await content.scrollToItem(at, 'start');
    return at;
  })()`);
  if (found < 0) throw new Error(`There is no cell with «${words}».`);
  // Outputs are drawn when they come into view, and move what is below them.
  await pause(4);
  await page.evaluate(`${notebook}.content.scrollToItem(${found}, 'start')`);
  await pause(1);
}

async function take(page, file) {
  await pause(2);
  writeFileSync(file, await page.picture());
  console.log(`${path.basename(file)}: ${size.width} × ${size.height}`);
}

function pause(seconds) {
  return new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
}

function startLab(work) {
  const flags = ['--no-browser', '--allow-root', '--port=0', '--LabApp.expose_app_in_browser=True'];
  const program = process.env.RLSF_JUPYTER_LAB ?? 'jupyter-lab';
  const lab = spawn(program, [...flags, `--ServerApp.root_dir=${work}`, '--LabApp.news_url=None'], {
    env: { ...jupyterEnvironment(), JUPYTER_CONFIG_DIR: work },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise((resolve) => lab.on('close', resolve));
  const address = new Promise((resolve, reject) => {
    let said = '';
    lab.on('error', reject);
    lab.on('close', () => reject(new Error(`${program} ended: ${said.slice(-1000)}`)));
    lab.stderr.on('data', (chunk) => {
      said += chunk;
      const [, url, token] = /(http:\/\/127\.0\.0\.1:\d+\/)lab\?token=(\w+)/.exec(said) ?? [];
      if (token) resolve({ url, token });
    });
  });
  const stop = () => {
    lab.kill('SIGTERM');
    const kill = setTimeout(() => lab.kill('SIGKILL'), 10_000);
    return ended.then(() => clearTimeout(kill));
  };
  return { address, stop };
}
