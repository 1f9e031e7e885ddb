import { inputError } from '../../errors.js';
import type { AssertCase } from '../../records.js';
import type { Fields } from '../files/fields.js';
import { slowInputs } from './mbpp-plus-slow.js';

/**
 * All further inputs of a problem of MBPP+ as one case: the program must return on each what the
 * reference returns. JSON has lists only, so arguments get the kinds (tuple, set, list) that the same
 * place has in the published assertions; where those compare sets, so does this. Inputs at which the
 * reference fails, and those of `slowInputs`, are passed over. Floats are equal within `atol`, at least 1e-6.
 */
export function plusCase(row: Fields, reference: string): AssertCase {
  const inputs = row.json('plus_input');
  const name = row.text('entry_point');
  const atol = Number(row.json('atol'));
  if (!/^[A-Za-z_]\w*$/.test(name))
    throw inputError(
      `expected the column 'entry_point' to be a name, got ${JSON.stringify(name)}.`,
    );
  const given = { name, reference, assertion: row.text('assertion'), atol: Math.max(atol, 1e-6) };
  const slow = slowInputs[String(row.value['task_id']).replace(/^Mbpp\//, '')] ?? [];
  const asked = Array.isArray(inputs) ? inputs.filter((_, i) => !slow.includes(i)) : [];
  // A JSON text inside a JSON text is also a Python literal.
  const data = JSON.stringify(JSON.stringify({ ...given, inputs: asked }));
  return { assert: `${checker}\n_rlsf_plus(${data}, ${name})\n` };
}

const checker = `def _rlsf_plus(data, candidate):
    import ast, copy, json, math
    data = json.loads(data)
    reference = {}
    exec(data["reference"], reference)
    reference = reference[data["name"]]
    tree = ast.parse(data["assertion"])
    examples = None
    as_set = False
    # \`assert f(x)\` and \`assert not f(x)\` ask for the truth of the value alone.
    tests = [node.test for node in ast.walk(tree) if isinstance(node, ast.Assert)]
    tests = [test.operand if isinstance(test, ast.UnaryOp) else test for test in tests]
    as_truth = any(isinstance(test, ast.Call) and getattr(test.func, "id", None) == data["name"] for test in tests)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id == "set" and node.args and isinstance(node.args[0], ast.Call):
            as_set = as_set or getattr(node.args[0].func, "id", None) == data["name"]
        if node.func.id == data["name"] and examples is None:
            try:
                examples = [ast.literal_eval(argument) for argument in node.args]
            except ValueError:
                pass
    def like(example, value):
        if not isinstance(value, list) or not isinstance(example, (list, tuple, set, frozenset)):
            return value
        parts = list(example)
        items = [like(parts[min(i, len(parts) - 1)], v) if parts else v for i, v in enumerate(value)]
        return type(example)(items)
    def same(a, b):
        if isinstance(a, float) or isinstance(b, float):
            try:
                return a == b or (math.isnan(a) and math.isnan(b)) or abs(a - b) <= data["atol"] + 1e-9 * abs(b)
            except TypeError:
                return False
        if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
            return len(a) == len(b) and all(map(same, a, b))
        if isinstance(a, dict) and isinstance(b, dict):
            return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
        return a == b
    for given in data["inputs"]:
        arguments = [like(examples[i], v) if examples and i < len(examples) else v for i, v in enumerate(given)]
        try:
            wanted = reference(*copy.deepcopy(arguments))
        except Exception:
            continue
        got = candidate(*arguments)
        if as_truth:
            wanted, got = bool(wanted), bool(got)
        if as_set:
            wanted, got = set(wanted), set(got)
        assert same(got, wanted), "%r: expected %r, got %r" % (given, wanted, got)
`;
