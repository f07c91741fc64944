"""NumPy, float32: an epoch over bytes in memory or in a mapped file."""
import time

from epoch_rows import byte_batches, epoch_request, time_epoch
from numpy_step import make_step
from protocol import blas_in_use, serve


def prepare(request):
    features, latent, batch = epoch_request(request)
    import numpy as np

    random = np.random.default_rng(1)
    how, epoch = byte_batches(np, request, random)
    current = None

    def fill(x):
        np.multiply(current, np.float32(1 / 255), out=x[: len(current)])
        return len(current)

    train = make_step(np, random, features, latent, batch, fill)

    def step(rows):
        nonlocal current
        current = rows
        return train()

    step(np.zeros((batch, features), np.uint8))
    facts = {"name": "NumPy", "version": np.__version__, "details": f"{how}, {blas_in_use()[0]}"}
    return facts, lambda _: time_epoch(time, epoch(), step)


if __name__ == "__main__":
    serve({"epoch": prepare})
