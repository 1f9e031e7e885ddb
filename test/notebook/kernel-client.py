"""Speaks to the kernel as Jupyter does: requests as JSON on standard input, answers as JSON into a file.

Not on standard output: the kernel holds it too.
"""
import json
import sys
import time

from jupyter_client.manager import start_new_kernel

manager, client = start_new_kernel(kernel_name="rlsf", cwd=sys.argv[1], startup_timeout=300)


def reply_to(message_id):
    while True:
        message = client.get_shell_msg(timeout=600)
        if message["parent_header"].get("msg_id") == message_id:
            return message["content"]


def execute(code):
    message_id = client.execute(code)
    outputs = []
    announced = None
    while True:
        message = client.get_iopub_msg(timeout=600)
        if message["parent_header"].get("msg_id") != message_id:
            continue
        kind, content = message["msg_type"], message["content"]
        if kind == "status" and content["execution_state"] == "idle":
            break
        if kind == "execute_input":
            announced = content["execution_count"]
        if kind in ("stream", "error", "display_data", "update_display_data"):
            outputs.append({"type": kind, **content})
    reply = reply_to(message_id)
    if reply["status"] != "ok":
        # tslab takes what is asked right after a failed cell for one of those that were waiting.
        time.sleep(0.4)
    return {"reply": reply, "outputs": outputs, "announced": announced}


def answer(request):
    if "execute" in request:
        return execute(request["execute"])
    if "complete" in request:
        return reply_to(client.complete(request["complete"], request["cursor"]))
    return reply_to(client.inspect(request["inspect"], request["cursor"]))


try:
    answers = [answer(each) for each in json.load(sys.stdin)]
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        json.dump(answers, file)
finally:
    manager.shutdown_kernel()
    client.stop_channels()
