import { afterAll, beforeAll, expect, test } from 'vitest';
import { configFromObject } from '../../../src/experiments/index.js';
import type { Problem } from '../../../src/records.js';
import { createJudgePool, judgeJob } from '../../../src/sandbox/index.js';
import type { HttpServer } from '../../../src/serving/http/index.js';
import { startRewardServer } from '../../../src/serving/rewards/index.js';
import { openTask } from '../../../src/tasks/index.js';

/** What came as JSON; the assertions say what it has to be. */
type Json = ReturnType<JSON['parse']>;

const keys = [
  { tenant: 'alice', key: 'alice-0123456789abcdef' },
  { tenant: 'bob', key: 'bob-0123456789abcdefgh' },
];
const config = configFromObject({ judge: { workers: 1, cpu_ms: 500, wall_ms: 3000 } });
let server: HttpServer;
let problems: Problem[];

beforeAll(async () => {
  server = await startRewardServer({
    config,
    keys,
    tasks: ['cpp'],
    tokenizers: ['data/policies/cpp-tiny'],
    limits: { items: 16, completion: 5000 },
  });
  problems = (await openTask('cpp')).problems({ split: 'train', n: 2, seed: 0 });
});

afterAll(() => server.stop());

async function post(
  path: string,
  body: unknown,
  { key = keys[0].key, signal }: { key?: string; signal?: AbortSignal } = {},
): Promise<{ status: number; body: Json }> {
  const reply = await fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    signal,
  });
  return { status: reply.status, body: await reply.json() };
}

const broken = 'int main() { int x = "no"; }';
const crash =
  '#include <vector>\nint main() { std::vector<int> v(2); volatile int i = 5; return v.data()[i]; }';
const mainProgram = {
  language: 'cpp',
  tests: { cases: [{ stdin: '2', expected: null }] },
};
const double =
  '#include <iostream>\nint main() { int a; std::cin >> a; std::cout << 2 * a << "\\n"; }';

test('its verdicts are those of the local pool', async () => {
  const pool = await createJudgePool({
    workers: 1,
    cpuMs: 500,
    wallMs: 3000,
    memoryMiB: 512,
    outputKiB: 64,
  });
  const cases = [
    ...problems.map((problem) => ({ problem, completion: problem.reference ?? '' })),
    ...problems.map((problem) => ({ problem, completion: '  return 0 }' })),
  ];
  const local = await pool.judge(
    cases.map(({ problem, completion }) => judgeJob(problem, completion)),
  );
  await pool.close();
  const { status, body } = await post('/v1/judge', {
    items: cases.map(({ problem, completion }) => ({
      problem: { task: problem.task, id: problem.id },
      completion,
    })),
  });
  expect(status).toBe(200);
  const facts = (verdict: Json): unknown => ({
    ...verdict,
    fromCache: null,
    retried: null,
    stages: verdict.stages.map((stage: Json) => ({ ...stage, durationMs: 0, command: [] })),
  });
  expect(body.verdicts.map(facts)).toEqual(JSON.parse(JSON.stringify(local.map(facts))));
}, 60_000);

test('a reward comes with spans, token rewards and advantages of its group', async () => {
  const { status, body } = await post('/v1/rewards', {
    items: [broken, double].map((completion) => ({
      problem: { ...mainProgram, id: 'p' },
      completion,
      byteOffsets: Array.from({ length: completion.length + 1 }, (_, i) => i),
    })),
    tokenScheme: { name: 'span_penalty', lambda: 0.5 },
    advantages: true,
    verdicts: false,
  });
  expect(status).toBe(200);
  const [bad, good] = body.items;
  expect([bad.outcome, bad.reward, good.outcome, good.reward]).toEqual([
    'compile_error',
    0,
    'clean',
    1,
  ]);
  expect(bad.verdict).toBeUndefined();
  const [{ start, end }] = bad.rewards[0].spans;
  expect(broken.slice(start, end)).toContain('"no"');
  expect(bad.tokens.blame.slice(start, end)).toEqual(new Array(end - start).fill(1));
  expect(bad.tokens.rewards[start]).toBe(-0.5);
  expect(good.tokens.rewards.at(-1)).toBe(1);
  expect(bad.advantages.tokens[start]).toBeCloseTo(bad.advantages.sequence - 0.5, 12);
  expect(good.advantages.tokens.every((value: number) => value > 0)).toBe(true);
}, 60_000);

test('token ids are read by the tokenizer of the server', async () => {
  const { loadTokenizer } = await import('../../../src/policy/index.js');
  const tokenizer = await loadTokenizer('data/policies/cpp-tiny');
  const text = problems[0].reference ?? '';
  const ids = [...tokenizer.encode(text, { addSpecialTokens: false }), tokenizer.eosTokenId];
  const { status, body } = await post('/v1/rewards', {
    items: [{ problem: { id: problems[0].id }, completionIds: ids }],
  });
  expect(status).toBe(200);
  expect(body.items[0].completion).toBe(text);
  expect(body.items[0].tokens.byteOffsets).toHaveLength(ids.length + 1);
  expect(body.items[0].tokens.byteOffsets.at(-1)).toBe(Buffer.byteLength(text));
  const other = await post('/v1/rewards', {
    items: [{ problem: { id: problems[0].id }, completionIds: ids }],
    tokenizer: '/etc',
  });
  expect(other.status).toBe(400);
  expect(other.body.error.message).toContain('started with');
}, 60_000);

test('OpenRLHF gets lists for lists, by label, by prompt and with special tokens about the text', async () => {
  const [problem] = problems;
  const prompt = problem.prompt as string;
  const query = [`<s>${prompt}${problem.reference}<|im_end|>`, `${prompt}  return 0 }`];
  const labels = [problem.id, JSON.stringify({ task: 'cpp', id: problem.id })];
  const { status, body } = await post('/get_reward', { query, prompts: [prompt, prompt], labels });
  expect(status).toBe(200);
  expect(body.rewards[0]).toBe(1);
  expect(body.rewards[1]).toBe(0);
  expect(body.scores).toEqual(body.rewards);
  expect(Object.values(body.extra_logs).every((list: Json) => list.length === 2)).toBe(true);
  const old = await post('/get_reward', { query: [query[1]] });
  expect(old.body.rewards).toEqual([0]);
  const uneven = await post('/get_reward', { query, prompts: [prompt], labels });
  expect(uneven.body.error.message).toContain('prompts: expected 2 entries');
}, 60_000);

test('SandboxFusion’s run_code tells output, exit code, compile errors and time-outs', async () => {
  const run = (code: string, more: object = {}): Promise<{ status: number; body: Json }> =>
    post('/run_code', { code, language: 'cpp', stdin: '21', run_timeout: 1, ...more });
  const good = (await run(double)).body;
  expect(good).toMatchObject({
    status: 'Success',
    compile_result: { status: 'Finished', return_code: 0 },
    run_result: { status: 'Finished', return_code: 0, stdout: '42\n' },
  });
  expect((await run(broken)).body).toMatchObject({
    status: 'Failed',
    compile_result: { return_code: 1 },
    run_result: null,
  });
  const found = (await run(crash)).body;
  expect([found.status, found.rlsf.outcome]).toEqual(['Failed', 'runtime_error']);
  expect((await run('while True: pass', { language: 'python' })).body).toMatchObject({
    status: 'Failed',
    compile_result: null,
    run_result: { status: 'TimeLimitExceeded', return_code: null },
  });
  const long = (await run('print("x" * 20000)', { language: 'python' })).body;
  expect(long.run_result.stdout).toHaveLength(20_001);
  expect((await run('1', { language: 'rust' })).body.error.where).toBe('language');
}, 60_000);

test('SandboxFusion’s submit judges the fenced block against the cases of the call or of a task', async () => {
  const completion = `Here:\n\`\`\`cpp\n${double}\n\`\`\`\nDone.`;
  const test = [1, 5].map((n) => ({
    input: { stdin: `${n}` },
    output: { stdout: n === 1 ? '2' : '11' },
  }));
  const { body } = await post('/submit', {
    dataset: 'mine',
    id: 7,
    completion,
    config: { language: 'cpp', run_timeout: 1, provided_data: { test } },
  });
  expect(body).toMatchObject({
    id: 7,
    accepted: false,
    extracted_code: double,
    extracted_type: 'fenced',
  });
  expect(body.tests.map(({ passed }: Json) => passed)).toEqual([true, false]);
  const batch = await post('/common_evaluate_batch', {
    completion,
    config: {
      language: 'cpp',
      run_timeout: 1,
      provided_data: {
        test_cases: { type: 'stdin_stdout', input: ['1'], output: ['2'], fn_name: null },
      },
    },
  });
  expect(batch.body.accepted).toBe(true);
  const known = await post('/submit', {
    dataset: 'cpp',
    id: problems[0].id,
    completion: problems[0].reference,
    config: {},
  });
  expect(known.body.accepted).toBe(true);
}, 60_000);

test('what cannot be served is refused with its place, and nothing else is touched', async () => {
  const item = { problem: mainProgram, completion: double };
  const refused: [unknown, string][] = [
    [{}, 'items: expected an array, got nothing'],
    [{ items: [] }, 'items: expected at least 1 entry,'],
    [{ items: new Array(17).fill(item) }, 'items: expected at most 16 entries'],
    [
      { items: [{ ...item, completion: 'x'.repeat(5001) }] },
      'items[0].completion: expected at most 5000',
    ],
    [
      { items: [{ ...item, completion: 7 }] },
      'items[0].completion: expected a string, got the number 7',
    ],
    [
      { items: [{ ...item, byteOffsets: [0, 3] }] },
      'items[0].byteOffsets: expected the completion',
    ],
    [{ items: [{ ...item, problem: { language: 'cpp' } }] }, 'items[0].problem: expected'],
    [
      { items: [item, { ...item, problem: { id: 'nobody' } }] },
      "items[1].problem: there is no problem 'nobody' in cpp. POST /list_ids",
    ],
    [
      { items: [{ ...item, problem: { id: 'x', task: 'chess' } }] },
      "items[0].problem: there is no task 'chess' here. There are: cpp",
    ],
    [
      { items: [item], reward: ['clean'] },
      'reward: expected no such key, got an array of 1. There are: items, tokenizer, rewards, tokenScheme,',
    ],
    [{ items: [item], rewards: ['/etc/passwd'] }, 'expected the name of a built-in reward'],
    [
      { items: [{ ...item, problem: { ...mainProgram, tests: { files: { '../../x': '' } } } }] },
      'plain relative names',
    ],
  ];
  for (const [body, reason] of refused) {
    const reply = await post('/v1/rewards', body);
    expect([400, 404], reason).toContain(reply.status);
    expect(reply.body.error.message).toContain(reason);
  }
  expect((await post('/v1/judge', '{"items":')).status).toBe(400);
  expect((await post('/v1/judge', { items: [item] }, { key: 'wrong' })).status).toBe(401);
}, 60_000);

test('a caller that has gone takes its work with it, and another tenant is served', async () => {
  const leaving = new AbortController();
  const slow = Array.from({ length: 16 }, (_, i) => ({
    problem: { ...mainProgram, id: `slow${i}` },
    completion: `int main() { volatile int x = ${i}; while (x >= 0) {} }`,
  }));
  const gone = post('/v1/judge', { items: slow }, { signal: leaving.signal }).catch(
    (e: Error) => e.name,
  );
  await new Promise((resolve) => setTimeout(resolve, 300));
  const other = post(
    '/v1/judge',
    { items: [{ problem: mainProgram, completion: double }] },
    { key: keys[1].key },
  );
  expect((await other).body.verdicts[0].outcome).toBe('clean');
  leaving.abort();
  expect(await gone).toBe('AbortError');
  for (let i = 0; ; i++) {
    const text = await (
      await fetch(`${server.url}/metrics`, { headers: { 'x-api-key': keys[0].key } })
    ).text();
    if (/^rlsf_rewards_pieces_waiting 0$/m.test(text)) break;
    expect(i).toBeLessThan(50);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}, 60_000);
