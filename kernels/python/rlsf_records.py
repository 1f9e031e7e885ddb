"""What the driver tells the judge beside the results: JSON objects, one a line, on channel 4.

Read by src/diagnostics/python-records.ts. Everything is bounded, whatever the program did: the
number of records, the frames of a stack, the length of a message. Columns are bytes, from 0.
"""
import builtins
import resource

import _json
import posix

# Our functions look names up in this copy: a program that replaces a builtin does not reach them.
__builtins__ = vars(builtins).copy()

RESULTS, STOPS, ERRORS = 3, 4, 2
OWN = "rlsf-driver"  # the file name that all of this is compiled under
PROGRAM = "program.py"
MAX_RECORDS, MAX_FRAMES, MAX_PLACES, MAX_TEXT = 16, 3000, 80, 1000

folder = posix.getcwd() + "/"
sources = {}  # lines of the program and its tests, by file name
places_told = set()
budget = [min(65536, resource.getrlimit(resource.RLIMIT_FSIZE)[0] % 2**63 // 4)]


def put(fd, data, write=posix.write):
    while data:
        try:
            data = data[write(fd, data) :]
        except OSError:  # full, or closed by the program: the supervisor sees what is missing
            return


def quote(value, string=_json.encode_basestring_ascii):
    if value is None:
        return "null"
    if isinstance(value, str):
        return string(value)
    if isinstance(value, dict):
        return "{%s}" % ",".join([string(key) + ":" + quote(one) for key, one in value.items()])
    if isinstance(value, (list, tuple)):
        return "[%s]" % ",".join([quote(one) for one in value])
    return "%d" % value


def tell(record, always=False):
    line = b"\n%s\n" % quote(record).encode()
    if always or len(line) <= budget[0]:
        budget[0] -= len(line)
        put(STOPS, line)


def encoded(text):
    return text.encode("utf-8", "backslashreplace")


# ------------------------------------------------------------------ stacks


def place_of(code, offset, line):
    """File, function, and the exact place of an instruction."""
    column = end_line = end_column = None
    if hasattr(code, "co_positions") and offset >= 0:
        for i, position in enumerate(code.co_positions()):
            if i == offset // 2:
                if None not in position:
                    line, end_line, column, end_column = position
                break
    file = code.co_filename
    if file.startswith(folder):
        file = file[len(folder) :]
    function = getattr(code, "co_qualname", code.co_name)
    return [file[:100], function[:100], line, column, end_line, end_column]


def stack_of(frames):
    """Frames as (code, offset, line), innermost first: `order` points into `places`."""
    frames = [frame for frame in frames if frame[0].co_filename != OWN]
    cut = len(frames) - MAX_FRAMES
    if cut > 0:
        frames[MAX_FRAMES // 2 : -MAX_FRAMES // 2] = []
    known = dict.fromkeys([frame[:2] for frame in frames])
    if len(known) > MAX_PLACES:
        cut = max(cut, 0) + len(frames) - MAX_PLACES
        frames[MAX_PLACES // 2 : -MAX_PLACES // 2] = []
        known = dict.fromkeys([frame[:2] for frame in frames])
    places, order = [], []
    for frame in frames:
        if known[frame[:2]] is None:
            known[frame[:2]] = len(places)
            places.append(place_of(*frame))
        order.append(known[frame[:2]])
    return {"places": places, "order": order, "cut": max(cut, 0)}


def frames_of(error):
    trace, frames = error.__traceback__, []
    while trace is not None:
        frames.append((trace.tb_frame.f_code, trace.tb_lasti, trace.tb_lineno))
        trace = trace.tb_next
    return frames[::-1]


def frames_from(frame):
    frames = []
    while frame is not None:
        frames.append((frame.f_code, frame.f_lasti, frame.f_lineno))
        frame = frame.f_back
    return frames


# ------------------------------------------------------------------ exceptions


def name_of(error, get=type.__dict__["__name__"].__get__):
    return get(type(error))[:100]


def text_of(error):
    try:
        notes = [str(note) for note in getattr(error, "__notes__", None) or ()]
        return "\n".join([str(error), *notes])[:MAX_TEXT]
    except BaseException:
        return "<str() failed>"


def link_of(error, title):
    link = {"title": title, "kind": name_of(error), "message": text_of(error)}
    return {**link, **stack_of(frames_of(error))}


def chain_of(error):
    """What it holds, and what led to it, as the interpreter's own traceback tells it."""
    links, known = [], {id(error)}
    for inner in list(getattr(error, "exceptions", None) or ())[:4]:
        links.append(link_of(inner, "sub-exception"))
    while len(links) < 8:
        cause = error.__cause__
        title = "raised while handling" if cause is None else "direct cause"
        error = cause or (None if error.__suppress_context__ else error.__context__)
        if error is None or id(error) in known:
            break
        known.add(id(error))
        links.append(link_of(error, title))
    return links


def report(error, where=None):
    """An exception that nobody caught, once for each place that it comes from."""
    frames = frames_of(error)
    own = [frame[:2] for frame in frames if frame[0].co_filename == PROGRAM]
    key = (name_of(error), where, *(own or frames)[:3])
    if key in places_told or len(places_told) >= MAX_RECORDS:
        return
    places_told.add(key)
    link = link_of(error, "")
    number = error.errno if isinstance(error, OSError) else None
    errno = number if type(number) is int else None
    tell({"type": "exception", "where": where, "errno": errno, **link, "chain": chain_of(error)})
    if not isinstance(error, SystemExit):
        put(ERRORS, encoded(traceback_of(link, where)))


def traceback_of(link, where):
    """For stderr, in the interpreter's words but bounded."""
    lines = []
    if where == "thread":
        lines.append("Exception in a thread:")
    elif where:
        lines.append("Exception ignored in %s:" % where)
    lines.append("Traceback (most recent call last):")
    order = link["order"][::-1]
    left_out = len(order) - 24
    for i, at in enumerate(order):
        if left_out > 0 and 12 <= i < 12 + left_out:
            if i == 12:
                lines.append("  [%d more frames]" % (left_out + link["cut"]))
            continue
        file, function, line = link["places"][at][:3]
        lines.append('  File "%s", line %d, in %s' % (file, line, function))
        text = sources.get(file, ())
        if 0 < line <= len(text):
            lines.append("    " + text[line - 1].strip()[:200])
    message = link["message"]
    lines.append(link["kind"] + (": " + message if message else ""))
    return "\n".join(lines) + "\n"
