"""Continues exported runs by two processes each, without the seconds that torchrun takes to start.

    python3 test/exchange/continued_runs.py FOLDER    # in each folder there: train.py and arguments.json
"""
import json
import os
import runpy
import socket
import sys
from pathlib import Path

import numpy
import torch
import torch._dynamo  # Optimizers import it, so that each process would.
import torch.distributed
from safetensors import safe_open

PROCESSES = 2


def run(folder, rank, port):
    os.environ.update(RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE=str(PROCESSES), MASTER_ADDR="127.0.0.1",
                      MASTER_PORT=str(port))
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    sys.argv = ["train.py", *json.loads(Path("arguments.json").read_text())]
    torch.set_num_threads(1)
    runpy.run_path("train.py", run_name="__main__")


def free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


def continued(folder):
    port, children = free_port(), []
    for rank in range(PROCESSES):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                run(folder, rank, port)
                code = 0
            except SystemExit as end:
                print(end, file=sys.stderr)
            except BaseException:
                import traceback
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        children.append(child)
    if any(os.waitpid(child, 0)[1] for child in children):
        raise SystemExit(f"{folder.name} failed")


if __name__ == "__main__":
    for path in sorted(Path(sys.argv[1]).resolve().iterdir()):
        continued(path)
