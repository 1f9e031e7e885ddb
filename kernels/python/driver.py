"""Runs one judged program, and its test cases, in the one process that the judge starts for it.

    python3 driver check|cases|main CPU_MS MEMORY_MIB PACKAGES [ARGUMENTS...]

`program.py` lies in the working folder; for `cases` also `.rlsf-cases`: a line with the size of
each case in bytes, then the cases. `check` compiles only. For `cases` the program is a module, and
each case is executed in its namespace as if it stood behind its last line. For `main` it is
`__main__`. Compiling comes first, and its errors are told apart from those of the run: nothing has
run by then.

Results (src/sandbox/execution.ts): `>i` begun, `i<tab>type text` a value, `i<tab>!text` failed,
`SECRET=i` ended, `SECRET!` all ended. The secret is read before any line of the program runs.

A program shares this process and can reach all of it, by frames or by the collector. What it cannot
do is end early and be taken for a success, or succeed by replacing what we call: that is bound
before it begins. What stays possible: an assertion can be cheated (by an object that equals
everything, by the secret taken out of a frame, by reading the test's own text). A value cannot: the
text that it is compared with is not here.
"""
import atexit
import builtins
import os
import sys
import time
import warnings

import _ast
import _sitebuiltins
import _thread
import posix

import rlsf_limits
from rlsf_records import PROGRAM, RESULTS, encoded, frames_from, frames_of, name_of, place_of, put
from rlsf_records import report, sources, stack_of, tell, text_of
from rlsf_values import emitter, escaped

__builtins__ = vars(builtins).copy()

SECRET_PIPE, SECRET_SIZE = 5, 24


def main(mode, cpu_ms, memory_mib, packages, *arguments):
    claim = read_secret()
    begun = time.perf_counter_ns()
    code = compiled(read("program.py").decode("utf-8-sig"), PROGRAM)
    cases = [compiled(text, "test %d" % (i + 1)) for i, text in enumerate(read_cases(mode))]
    if code is None or None in cases:
        return 1
    tell({"type": "compiled", "micros": (time.perf_counter_ns() - begun) // 1000})
    if mode == "check":
        claim(b"!")
        return 0
    namespace = prepare(mode, packages, arguments)
    rlsf_limits.watch(int(cpu_ms), int(memory_mib))
    error = run(code, namespace)
    if error is not None:
        return ended_by(error, mode == "main", claim)
    for i, case in enumerate(cases):
        run_case(i, case, namespace, claim)
    claim(b"!")
    return 0


def read_secret():
    secret = b""
    while len(secret) < SECRET_SIZE:
        part = posix.read(SECRET_PIPE, SECRET_SIZE - len(secret))
        if not part:
            os._exit(125)
        secret += part
    posix.close(SECRET_PIPE)

    def claim(what):
        put(RESULTS, b"\n%s%s\n" % (secret, what))

    return claim


def read(name):
    with open(name, "rb") as file:
        return file.read()


def read_cases(mode):
    if mode != "cases":
        return
    sizes, _, rest = read(".rlsf-cases").partition(b"\n")
    for size in map(int, sizes.split()):
        yield rest[:size].decode()
        rest = rest[size:]


# ------------------------------------------------------------------ compiling


def compiled(text, file):
    """Code; `None` after telling what is wrong with it. Warnings are told of the program only."""
    sources[file] = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    code = None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            code = compile(text, file, "exec", dont_inherit=True)
        except Exception as error:
            tell({"type": "syntax", "file": file, **fault_of(error, text, file)})
    for one in caught if file == PROGRAM else ():
        tell({"type": "warning", "line": one.lineno, "message": str(one.message)})
    return code


def fault_of(error, text, file):
    fault = {"kind": name_of(error), "message": text_of(error), "line": None}
    if not isinstance(error, SyntaxError):  # too deep, or not a text at all
        return fault
    unit = "byte"
    try:
        compile(text, file, "exec", _ast.PyCF_ONLY_AST, dont_inherit=True)
    except Exception:
        unit = "character"  # so the parser counts; what comes after it counts bytes
    return {
        **fault,
        "message": str(error.msg),
        "line": error.lineno,
        "column": error.offset,
        "endLine": getattr(error, "end_lineno", None),
        "endColumn": getattr(error, "end_offset", None),
        "unit": unit,
        "text": error.text[:300] if isinstance(error.text, str) else None,
    }


# ------------------------------------------------------------------ running


def prepare(mode, packages, arguments):
    """The interpreter as a program expects it, and the namespace of a fresh module."""
    closing = []
    atexit.register(closing.append, None)  # last: from then on the interpreter takes itself down

    def on_unraisable(args):
        if args.exc_value is not None and not closing:
            name = getattr(args.object, "__qualname__", None)
            report(args.exc_value, name if isinstance(name, str) else type(args.object).__name__)

    def on_thread(args):
        if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
            report(args.exc_value, "thread")

    def on_exit(status, leave=posix._exit, frame=sys._getframe):
        tell({"type": "exit", **stack_of(frames_from(frame()))})
        leave(status)

    os._exit = posix._exit = on_exit
    sys.unraisablehook = on_unraisable
    _thread._excepthook = on_thread  # where `threading` takes its own from
    for name in "exit", "quit":
        setattr(builtins, name, _sitebuiltins.Quitter(name, "Ctrl-D (i.e. EOF)"))
    builtins.help = _sitebuiltins._Helper()
    for name in [name for name in sys.modules if name.startswith("rlsf_")]:
        del sys.modules[name]
    module = type(sys)("__main__" if mode == "main" else "program")
    sys.modules[module.__name__] = module
    sys.path[:] = [posix.getcwd(), *sys.path[1:], *[path for path in packages.split(":") if path]]
    sys.argv[:] = [PROGRAM, *arguments]
    namespace = vars(module)
    namespace.update(__builtins__=builtins, __file__=PROGRAM)
    return namespace


PLAIN_LIMIT = sys.getrecursionlimit()
EXEC_DEPTH = 1 if sys.version_info < (3, 12) else 0  # whether calls in C count as well
given = [PLAIN_LIMIT]


def deepen(now=sys.getrecursionlimit, allow=sys.setrecursionlimit, frame_at=sys._getframe):
    """Our own frames come on top of the limit, unless the program has set one itself."""
    if now() != given[0]:
        return
    depth, frame = EXEC_DEPTH, frame_at(1)
    while frame is not None:
        depth, frame = depth + 1, frame.f_back
    given[0] = PLAIN_LIMIT + depth
    allow(given[0])


def run(code, namespace, settrace=sys.settrace, setprofile=sys.setprofile):
    """`None`, or what ended it."""
    error = None
    deepen()
    try:
        exec(code, namespace)
    except BaseException as caught:
        error = caught
    settrace(None)
    setprofile(None)
    if sys.getrecursionlimit() < 200:
        sys.setrecursionlimit(given[0])
    return error


def run_case(i, code, namespace, claim):
    put(RESULTS, b"\n>%d\n" % i)
    namespace["rlsf_emit"] = emitter(i)
    error = run(code, namespace)
    if error is None:
        claim(b"=%d" % i)
        return
    text = failed_assertion(error, "test %d" % (i + 1))
    if text is None:
        report(error)
        text = name_of(error) + ": " + text_of(error)
    put(RESULTS, b"\n%d\t!%s\n" % (i, escaped(text[:300])))


def failed_assertion(error, file):
    """The text of an assertion of the test itself; an error in the program is another matter."""
    frames = frames_of(error)
    in_program = [code for code, _, _ in frames if code.co_filename == PROGRAM]
    if in_program or not isinstance(error, AssertionError):
        return None
    message = text_of(error)
    for code, offset, line in frames:
        if code.co_filename == file:
            _, _, first, _, last, _ = place_of(code, offset, line)
            text = " ".join([one.strip() for one in sources[file][first - 1 : last or first]])
            return text[:200] + (": " + message if message else "")
    return message


def ended_by(error, may_exit, claim):
    """The exit status. Leaving by `sys.exit` is an end like any other, but not before the tests."""
    status = 1
    if isinstance(error, SystemExit):
        code = error.code
        status = 0 if code is None else code & 0xFF if isinstance(code, int) else 1
        if status == 1 and not isinstance(code, int):
            put(2, encoded("%s\n" % text_of(error)))
        if may_exit:
            claim(b"!")
            if status == 0:
                return 0
    report(error)
    return status


sys.exit(main(*sys.argv[1:]))
