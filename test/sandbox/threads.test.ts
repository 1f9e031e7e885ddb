import { describe, expect, it } from 'vitest';
import { createJudgePool } from '../../src/sandbox/index.js';
import { tiers } from './tiers.js';

/** Starts threads that wait until one is refused or there are 200; prints how many there were. */
const completion = `#include <condition_variable>
#include <iostream>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>
int main() {
    std::mutex m;
    std::condition_variable c;
    bool over = false;
    std::vector<std::thread> all;
    try {
        while (all.size() < 200)
            all.emplace_back([&] {
                std::unique_lock<std::mutex> lock(m);
                c.wait(lock, [&] { return over; });
            });
    } catch (const std::system_error&) {}
    {
        std::lock_guard<std::mutex> lock(m);
        over = true;
    }
    c.notify_all();
    for (auto& t : all) t.join();
    std::cout << all.size();
}
`;

for (const { tier, reason } of await tiers()) {
  describe.skipIf(reason !== null)(`tier ${tier}${reason === null ? '' : ` (${reason})`}`, () => {
    it('lets a program have the threads that docs/feedback.md states, and no more', async () => {
      const pool = await createJudgePool({ isolation: tier });
      try {
        const tests = {
          includes: '',
          prefix: '',
          suffix: '',
          cases: [{ stdin: '', expected: '?' }],
        };
        const [verdict] = await pool.judge([{ language: 'cpp', completion, tests }]);
        const [{ actual }] = verdict.tests;
        expect(verdict.outcome).toBe('wrong_answer');
        expect(Number(actual)).toBeGreaterThanOrEqual(32);
        expect(Number(actual)).toBeLessThan(64);
      } finally {
        await pool.close();
      }
    });
  });
}
