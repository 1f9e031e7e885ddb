"""`rlsf_emit(value)`: what a test case calls to hand its value to the judge.

A string is handed over as it stands, a floating-point number as `repr` writes it (the judge allows
a tolerance), anything else as `literal` writes it: `repr`, except that what is equal reads equal.
Sets and dictionaries stand in the order of their texts, a subclass reads as its base (a named tuple
as a tuple), and floating-point numbers inside a container are rounded to 12 significant digits.
"""
import builtins
import sys

from rlsf_records import RESULTS, encoded, put

__builtins__ = vars(builtins).copy()


def emitter(
    index,
    get_digits=getattr(sys, "get_int_max_str_digits", lambda: 0),
    set_digits=getattr(sys, "set_int_max_str_digits", lambda count: None),
):
    def rlsf_emit(value):
        digits = get_digits()
        set_digits(0)
        try:
            kind, text = render(value)
        finally:
            set_digits(digits)
        put(RESULTS, b"\n%d\t%s%s\n" % (index, kind, escaped(text)))

    return rlsf_emit


def escaped(text):
    return encoded(text).replace(b"\\", b"\\\\").replace(b"\n", b"\\n").replace(b"\0", b"\\0")


def render(value):
    if isinstance(value, str):
        return b"s", str.__str__(value)
    if isinstance(value, float):
        return b"d", float.__repr__(value)
    return b"i" if type(value) is int else b"s", literal(value)


def literal(value):
    if isinstance(value, bool):
        return repr(value)
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        return float.__repr__(float("%.12g" % value) + 0.0)
    if isinstance(value, str):
        return str.__repr__(value)
    if isinstance(value, list):
        return "[%s]" % ", ".join([literal(one) for one in list.__iter__(value)])
    if isinstance(value, tuple):
        inner = [literal(one) for one in tuple.__iter__(value)]
        return "(%s,)" % inner[0] if len(inner) == 1 else "(%s)" % ", ".join(inner)
    if isinstance(value, (set, frozenset)):
        return "{%s}" % ", ".join(sorted([literal(one) for one in value])) if value else "set()"
    if isinstance(value, dict):
        pairs = [literal(key) + ": " + literal(one) for key, one in dict.items(value)]
        return "{%s}" % ", ".join(sorted(pairs))
    return repr(value)
