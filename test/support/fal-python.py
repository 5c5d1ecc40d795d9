"""Runs Python scripts, each in a fork of this process, which has already imported what takes fal's CLI most of its time.

Each line of stdin is a request, each line of stdout an answer. Nothing of fal itself is imported here: fal and isolate
read environment variables while they are imported, and each request has its own.
"""

import base64
import gc
import importlib
import json
import os
import runpy
import sys
import tempfile

for name in (
    "argcomplete cloudpickle dateparser fastapi google.protobuf.json_format grpc grpc_interceptor httpx_sse"
    " opentelemetry.sdk.trace packaging.requirements pathspec platformdirs pydantic rich.live rich.panel rich.progress"
    " rich.traceback rich_argparse structlog tblib tomli uvicorn yaml"
).split():
    try:
        importlib.import_module(name)
    except ImportError:
        pass  # Then the script itself imports what replaced it.
if "dateparser" in sys.modules:
    # It compiles hundreds of regular expressions when it is used for the first time, which each command of the CLI does.
    sys.modules["dateparser"].parse("1 hour ago")
assert not {"fal", "isolate"} & set(sys.modules)

gc.collect()
gc.freeze()
# The scripts get 0, 1 and 2.
requests, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
print("ready", file=answers, flush=True)
for line in requests:
    request = json.loads(line)
    files = [tempfile.TemporaryFile() for _ in range(3)]
    files[0].write(base64.b64decode(request["input"]))
    files[0].seek(0)
    child = os.fork()
    if child == 0:
        for number, file in enumerate(files):
            os.dup2(file.fileno(), number)
        os.environ.clear()
        os.environ.update(request["env"])
        sys.argv = [request["script"], *request["args"]]
        sys.path[0] = os.path.dirname(request["script"])
        runpy.run_path(request["script"], run_name="__main__")
        sys.exit()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    for file in files:
        file.seek(0)
    output = [base64.b64encode(file.read()).decode() for file in files[1:]]
    print(json.dumps([code, *output]), file=answers, flush=True)
