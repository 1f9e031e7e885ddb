import { z } from 'zod';
import type { Language, Problem, StdioCase } from '../../records.js';
import { httpError, postRoute } from '../http/index.js';
import type { HttpCall, HttpRoute } from '../http/index.js';
import { codeBlockOf } from './code-block.js';
import type { RewardParts } from './parts.js';
import { memoryOf, programProblem, runLanguages } from './run-code-route.js';
import { runCodeReply, runResultOf } from './run-result.js';

/**
 * SandboxFusion's `/submit`: an answer to a problem of a data set, here of a task, or of the call itself
 * (`config.provided_data` with stdin and stdout, CommonOJ's form), and `/common_evaluate_batch` of its
 * offshoots, which has the test cases as two lists.
 */
export function submitRoutes(parts: RewardParts): HttpRoute[] {
  const { limits } = parts;
  const text = z.string().max(limits.program);
  const config = z.object({
    language: z.enum(runLanguages).nullish(),
    run_timeout: z.number().positive().max(limits.runSeconds).nullish(),
    compile_timeout: z.number().positive().nullish(),
    memory_limit_MB: z.int().max(limits.memoryMiB).nullish(),
    custom_extract_logic: z.null({ error: 'nothing: code of a caller is not run here' }).optional(),
    dataset_type: z.string().max(200).nullish(),
    provided_data: z.unknown().optional(),
    extra: z.record(z.string(), z.unknown()).nullish(),
  });
  const body = z
    .object({
      dataset: z.string().max(200).default(''),
      id: z.union([z.string().max(200), z.int()]).default(''),
      completion: z.string().max(limits.completion),
      config: config.default({ provided_data: undefined }),
    })
    .meta({ id: 'SubmitRequest' });
  const standard = z.object({
    test: z
      .array(z.object({ input: z.object({ stdin: text }), output: z.object({ stdout: text }) }))
      .min(1)
      .max(limits.cases),
  });
  const batch = z.object({
    test_cases: z.object({
      type: z.literal('stdin_stdout').optional(),
      input: z.array(text).min(1).max(limits.cases),
      output: z.array(text),
    }),
  });

  const casesOf = (data: unknown): StdioCase[] | null => {
    const value = jsonOf(data);
    const row = standard.safeParse(Array.isArray(value) ? value[0] : value);
    if (row.success)
      return row.data.test.map(({ input, output }) => ({
        stdin: input.stdin,
        expected: output.stdout,
      }));
    const lists = batch.safeParse(value);
    if (!lists.success) return null;
    const { input, output } = lists.data.test_cases;
    if (input.length !== output.length) return null;
    return input.map((stdin, i) => ({ stdin, expected: output[i] }));
  };

  const submit = async (call: HttpCall<z.output<typeof body>>): Promise<unknown> => {
    const { dataset, id, completion, config: asked } = call.body;
    const given = asked.provided_data !== undefined && asked.provided_data !== null;
    const { problem, code } = given
      ? providedProblem(casesOf(asked.provided_data), completion, asked.language)
      : taskProblem(
          parts.book.find(String(id), dataset, dataset === '' ? 'dataset' : 'id'),
          completion,
        );
    const judged = { problem, completion: code };
    const [verdict] = given
      ? await parts.runJudges.with(
          {
            seconds: asked.run_timeout ?? 10,
            memoryMiB: memoryOf(asked.memory_limit_MB, limits.memoryMiB),
          },
          (pool) => parts.judging(pool, [judged], call),
        )
      : await parts.judging(parts.judge, [judged], call);
    const info = runResultOf(verdict, problem.language);
    const cases = problem.tests?.cases ?? [];
    return {
      id,
      accepted: verdict.outcome === 'clean' || verdict.outcome === 'warning',
      extracted_code: code,
      full_code: null,
      test_code: null,
      extracted_type: codeBlockOf(completion, problem.language).type,
      tests: verdict.tests.map(({ passed }, i) => {
        const own = cases[i];
        const byInput = own !== undefined && 'stdin' in own;
        return {
          passed,
          exec_info: byInput ? runResultOf(verdict, problem.language, i) : info,
          test_info: byInput
            ? { input: { stdin: own.stdin }, output: { stdout: own.expected } }
            : null,
        };
      }),
      extra: { outcome: verdict.outcome, compile_result: info.compile_result },
    };
  };
  const summary = 'SandboxFusion: judge an answer to a problem, or to the test cases of the call';
  return [
    postRoute({
      path: '/submit',
      name: 'submit',
      summary,
      body,
      reply: evalResult,
      handle: submit,
    }),
    postRoute({
      path: '/common_evaluate_batch',
      name: 'common_evaluate_batch',
      summary: 'the same, as offshoots of SandboxFusion call it (test_cases: {input, output})',
      body,
      reply: evalResult,
      handle: submit,
    }),
  ];
}

const evalResult = z
  .object({
    id: z.union([z.string(), z.int()]),
    accepted: z.boolean(),
    extracted_code: z.string(),
    full_code: z.null(),
    test_code: z.null(),
    extracted_type: z.enum(['fenced', 'incomplete_fenced', 'heuristic', 'empty']),
    tests: z.array(
      z.object({ passed: z.boolean(), exec_info: runCodeReply, test_info: z.unknown() }),
    ),
    extra: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'EvalResult' });

function jsonOf(data: unknown): unknown {
  if (typeof data !== 'string') return data;
  try {
    return JSON.parse(data) as unknown;
  } catch {
    return null;
  }
}

interface Submitted {
  problem: Problem;
  code: string;
}

function providedProblem(
  cases: StdioCase[] | null,
  completion: string,
  language: Language | null | undefined,
): Submitted {
  const refuse = (where: string, expected: string): Error =>
    httpError(400, 'bad_request', `${where}: expected ${expected}.`, { where, expected });
  if (cases === null)
    throw refuse(
      'config.provided_data',
      '{test: [{input: {stdin}, output: {stdout}}]} or {test_cases: {input, output}} with as many outputs as inputs',
    );
  if (!language) throw refuse('config.language', `${runLanguages.join(', ')}, got nothing`);
  return { problem: programProblem(language, cases), code: codeBlockOf(completion, language).code };
}

/** A text is judged as it stands; of a program the block in the answer is, where there is one. */
function taskProblem(problem: Problem, completion: string): Submitted {
  if (problem.language === 'text') return { problem, code: completion };
  return { problem, code: codeBlockOf(completion, problem.language).code };
}
