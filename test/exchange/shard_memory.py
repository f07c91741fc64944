"""Reads shards of each format by the data.py of an exported run, as two processes do, and tells what they held.

    python3 test/exchange/shard_memory.py FOLDER    # FOLDER has data.py; shards are written there

Prints, for each format, what all of the data take, and for each process: by how much its own memory grew at most, how many
rows it had, and the sum of its values and of its rows' first values. Files that are mapped are not a process's own memory.
"""
import json
import os
import sys
from pathlib import Path

import numpy
import pyarrow
import torch  # Before memory is measured.
from pyarrow import parquet

PROCESSES, WIDTH, ROWS, BATCH = 2, 512, 8000, 64


def own_memory():
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.split("RssAnon:")[1].split()[0])


def write(folder):
    random = numpy.random.default_rng(3)
    paths = {"npy": [], "idx": [], "parquet": []}
    for shard in range(2):
        samples = random.random((ROWS, WIDTH), numpy.float32)
        # So that a row tells which it is.
        samples[:, 0] = numpy.arange(ROWS) + shard * ROWS
        for kind, written in paths.items():
            written.append(str(folder / f"{kind}-{shard}.{kind}"))
        numpy.save(paths["npy"][-1], samples)
        header = bytes([0, 0, 13, 2]) + numpy.array([ROWS, WIDTH], ">u4").tobytes()
        Path(paths["idx"][-1]).write_bytes(header + samples.astype(">f4").tobytes())
        column = pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(samples.ravel()), WIDTH)
        parquet.write_table(pyarrow.table({"sample": column}), paths["parquet"][-1], row_group_size=200, use_dictionary=False)
    return paths


def read(Shards, paths, rank):
    shards = Shards(paths, (WIDTH,))
    # The first batch brings in what reading takes at all.
    next(shards.batches(shards.order(shards.rows), BATCH, rank, PROCESSES))
    before, most, rows, total, first = own_memory(), 0, 0, 0.0, 0.0
    for _, samples in shards.batches(shards.order(shards.rows, [1, 2]), BATCH, rank, PROCESSES):
        most = max(most, own_memory() - before)
        rows += len(samples)
        total += float(samples.double().sum())
        first += float(samples[:, 0].double().sum())
    return {"grown": most, "rows": rows, "total": total, "first": first}


def in_a_process(task):
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        with os.fdopen(writable, "w") as out:
            out.write(json.dumps(task()))
        os._exit(0)
    os.close(writable)
    with os.fdopen(readable) as answer:
        text = answer.read()
    if os.waitpid(child, 0)[1]:
        raise SystemExit("a process failed")
    return json.loads(text)


def all_at_once(paths):
    """What a process would hold that reads everything."""
    before = own_memory()
    everything = [numpy.load(path) for path in paths]
    return {"grown": own_memory() - before, "rows": sum(map(len, everything))}


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    sys.path.insert(0, str(folder))
    # In a process of its own, so that others do not get memory again that this one had.
    paths = in_a_process(lambda: write(folder))
    torch.set_num_threads(1)
    from data import Shards

    results = {kind: [in_a_process(lambda: read(Shards, own, rank)) for rank in range(PROCESSES)] for kind, own in paths.items()}
    print(json.dumps({"bytes": 2 * ROWS * WIDTH * 4, "formats": results, "whole": in_a_process(lambda: all_at_once(paths["npy"]))}))
