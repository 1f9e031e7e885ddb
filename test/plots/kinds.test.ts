import { describe, expect, it } from 'vitest';
import { plotNames } from '../../src/repl/commands/plot-names.js';
import { drawPlot, plotKinds } from '../../src/session/plot.js';
import { runPlotSource } from '../../src/session/plot-run.js';

describe('kinds of figures', () => {
  it('are the same in the help of the command line', () => {
    expect(plotNames.map(({ name }) => name)).toEqual(plotKinds.map(({ name }) => name));
  });

  it('say what is missing and what gives it', async () => {
    const nothing = runPlotSource(undefined);
    for (const { name } of plotKinds)
      await expect(drawPlot(nothing, name)).rejects.toThrow(
        /^plot [\w-]+: expected .+ has none\. .+\.$/,
      );
  });

  it('suggest the nearest one for a misspelt name', async () => {
    await expect(drawPlot(runPlotSource(undefined), 'reward')).rejects.toThrow(
      'Did you mean "rewards"?',
    );
  });
});
