import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { judgeRows } from '../../bench/locations/judging.js';
import { testData } from '../data.js';
import { expectLocations, locationData } from './expect-locations.js';

const missing = locationData.filter((name) => testData(name) === null);
const note = missing.length === 0 ? '' : ` (no ${missing.join(', ')}: set RLSF_TEST_DATA)`;

describe.skipIf(missing.length > 0)(`the judge, on programs with known faults${note}`, () => {
  it('names the recorded lines, one row of thirteen', async () => {
    const folder = path.dirname(testData(locationData[0]) ?? '');
    // Bad and good halves take turns: an odd step meets both.
    const figures = await judgeRows(folder, { step: 13 });
    expect(figures.sanitizers.length).toBeGreaterThan(60);
    expect(figures.model.length).toBeGreaterThan(10);
    expectLocations(figures);
  });
});
