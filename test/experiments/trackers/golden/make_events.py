"""Writes events.json: event files as TensorBoard's own record writer and messages make them.

    pip install tensorboard==2.21.0 && python test/experiments/trackers/golden/make_events.py
"""

import base64
import io
import json
import pathlib

from google.protobuf import __version__ as protobuf_version
from tensorboard import version
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, types_pb2
from tensorboard.plugins.hparams import plugin_data_pb2
from tensorboard.plugins.hparams.metadata import NULL_TENSOR
from tensorboard.summary.writer.record_writer import RecordWriter
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import crc32c

WALL = 1700000000.25


def value(tag, plugin, content, tensor):
    data = summary_pb2.SummaryMetadata.PluginData(plugin_name=plugin, content=content)
    metadata = summary_pb2.SummaryMetadata(plugin_data=data)
    return summary_pb2.Summary.Value(tag=tag, metadata=metadata, tensor=tensor)


def summary(step, *values):
    return event_pb2.Event(wall_time=WALL, step=step, summary=summary_pb2.Summary(value=values))


def scalar(tag, number):
    return summary_pb2.Summary.Value(tag=tag, simple_value=number)


text = tensor_pb2.TensorProto(dtype=types_pb2.DT_STRING, string_val=["# Größe\n".encode()])
text.tensor_shape.SetInParent()
start = plugin_data_pb2.SessionStartInfo(start_time_secs=WALL)
start.hparams["grpo.beta"].number_value = 0.0
start.hparams["grpo.loss_type"].string_value = "dapo"
start.hparams["policy.use_peft"].bool_value = True
start.hparams["run.name"].null_value = 0
end = plugin_data_pb2.SessionEndInfo(status=1, end_time_secs=WALL)
data = plugin_data_pb2.HParamsPluginData
session_log = event_pb2.SessionLog(status=event_pb2.SessionLog.START)

EVENTS = {
    "version": event_pb2.Event(wall_time=WALL, file_version="brain.Event:2"),
    "start": event_pb2.Event(wall_time=WALL, step=301, session_log=session_log),
    "scalars": summary(
        300,
        scalar("train/reward", 0.1),
        scalar("train/loss", float("nan")),
        scalar("train/kl", float("inf")),
        scalar("train/rewards/length/mean", -12.5),
    ),
    "large_step": summary(2**40 + 3, scalar("train/reward", 0.0)),
    "text": summary(0, value("config", "text", b"", text)),
    "hparams_start": summary(
        0,
        value(
            "_hparams_/session_start_info",
            "hparams",
            data(session_start_info=start).SerializeToString(deterministic=True),
            NULL_TENSOR,
        ),
    ),
    "hparams_end": summary(
        0,
        value(
            "_hparams_/session_end_info",
            "hparams",
            data(session_end_info=end).SerializeToString(deterministic=True),
            NULL_TENSOR,
        ),
    ),
}


def framed(message):
    stream = io.BytesIO()
    RecordWriter(stream).write(message.SerializeToString(deterministic=True))
    return base64.b64encode(stream.getvalue()).decode()


golden = {
    "madeBy": f"tensorboard {version.VERSION}, protobuf {protobuf_version}",
    "wallTime": WALL,
    "crc32c": [{"text": t, "crc": crc32c(t.encode())} for t in ["", "a", "123456789", "x" * 1000]],
    "records": {name: framed(message) for name, message in EVENTS.items()},
}
path = pathlib.Path(__file__).with_name("events.json")
path.write_text(json.dumps(golden, indent=2) + "\n")
