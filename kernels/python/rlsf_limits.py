"""Says where the program is when a limit ends it.

CPU time is kept by a timer of ours, which comes before the supervisor's: at half of the time it
marks the frames that are running, at the end it tells the stack and how many of its outermost
frames bear the mark. Those have been running for half of the time: the loop to blame is in the
innermost of them, and so the next run blames the same one. Where the interpreter does not get to
run handlers (inside a C function), faulthandler writes what it sees when the supervisor asks.
"""
import builtins
import faulthandler
import resource
import sys
import time

import _signal
import _thread
import posix
from rlsf_records import ERRORS, OWN, STOPS, frames_from, put, stack_of, tell

__builtins__ = vars(builtins).copy()

ROOM_MIB = 1024  # stacks of threads and what is never touched count as well


def watch(cpu_ms, memory_mib):
    limit = cpu_ms / 1000
    begun = time.process_time()

    def on_time(number, frame, now=time.process_time):
        if now() - begun >= limit * 0.99:
            stop("cpu", frame)
        while frame is not None:
            frame.f_trace = long_running
            frame = frame.f_back

    # One request far above the limit fails at once and with a traceback, on any machine.
    most = (memory_mib + ROOM_MIB) << 20
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    faulthandler.enable(file=ERRORS, all_threads=False)
    _signal.signal(_signal.SIGUSR2, lambda number, frame: stop("asked", frame))
    faulthandler.register(_signal.SIGUSR2, file=STOPS, all_threads=True, chain=True)
    _signal.signal(_signal.SIGPROF, on_time)
    _signal.setitimer(_signal.ITIMER_PROF, limit / 2, limit / 2)


def long_running(frame, event, argument):
    """The mark: as a frame's own trace function it changes nothing."""
    return long_running


def stop(why, frame, kill=posix.kill, pid=posix.getpid(), tops=sys._current_frames):
    put(STOPS, b"\nRLSF-STOP %s\n" % why.encode())
    others = [top for ident, top in tops().items() if ident != _thread.get_ident()]
    tell({"type": "stop", "stacks": [seen(top) for top in [frame, *others[::-1][:8]]]}, always=True)
    kill(pid, _signal.SIGKILL)


def seen(top):
    stack, marks = stack_of(frames_from(top)), []
    while top is not None:
        if top.f_code.co_filename != OWN:
            marks.append(top.f_trace is long_running)
        top = top.f_back
    marks.reverse()
    return {**stack, "long": marks.index(False) if False in marks else len(marks)}
