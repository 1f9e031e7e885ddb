"""Per-prompt accuracy over a rollout log as a notebook does it with pandas: read the JSON, group."""
import json
import resource
import sys
import time

import pandas as pd

started = time.perf_counter()
with open(sys.argv[1], "rb") as log:
    rows = (
        (record["problemId"], record["step"], record["verdict"]["outcome"])
        for record in map(json.loads, log)
    )
    frame = pd.DataFrame(rows, columns=["problem_id", "step", "outcome"])
read = time.perf_counter()
frame = frame[frame.outcome != "sandbox_error"]
clean = frame.outcome.eq("clean").groupby([frame.problem_id, frame.step])
table = clean.mean().unstack()
done = time.perf_counter()
print(
    json.dumps(
        {
            "rollouts": len(frame),
            "readSeconds": read - started,
            "querySeconds": done - read,
            "clean": int(clean.sum().sum()),
            "cells": int(table.notna().sum().sum()),
            "peakMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "pandas": pd.__version__,
        }
    )
)
