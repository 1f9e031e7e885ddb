import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { judgeRows } from '../../bench/locations/judging.js';
import { countOf } from '../../bench/locations/report.js';
import { testData } from '../data.js';
import { expectLocations, locationData } from './expect-locations.js';

const missing = locationData.filter((name) => testData(name) === null);
const note = missing.length === 0 ? '' : ` (no ${missing.join(', ')}: set RLSF_TEST_DATA)`;

describe.skipIf(missing.length > 0)(`the judge, on all programs with known faults${note}`, () => {
  it('names the recorded line in each, and comes as near to the authors’ as the tool can', async () => {
    const figures = await judgeRows(path.dirname(testData(locationData[0]) ?? ''));
    expectLocations(figures);
    const juliet = countOf('Juliet, bad half', figures.sanitizers);
    expect(juliet).toMatchObject({ reported: 325, recorded: 325, silent: 91 });
    expect(juliet.exact).toBeGreaterThanOrEqual(251);
    expect(juliet.exact + juliet.near).toBeGreaterThanOrEqual(312);
    const llvm = countOf('LLVM', figures.sanitizers);
    expect(llvm).toMatchObject({ reported: 36, recorded: 36 });
    expect(llvm.exact).toBeGreaterThanOrEqual(30);
    const good = countOf('Juliet, good half', figures.sanitizers);
    expect(good).toMatchObject({ reported: 66, named: 66, silent: 350, quiet: 350 });
    expect(figures.model.filter(({ agrees }) => agrees).length).toBe(161);
    expect(figures.model.filter(({ errorPlace }) => errorPlace).length).toBe(7);
  });
});
