"""PyTorch, eager: an epoch over bytes in memory or in a mapped file, without a DataLoader."""
import time

from epoch_rows import byte_batches, epoch_request, time_epoch
from protocol import count, serve
from torch_step import make_step


def prepare(request):
    features, latent, batch = epoch_request(request)
    import numpy as np
    import torch

    torch.set_num_threads(count(request, "threads"))
    torch.manual_seed(1)
    how, epoch = byte_batches(np, request, np.random.default_rng(1))
    current = None
    train = make_step(torch, features, latent, "logits", lambda: torch.from_numpy(current).float().mul_(1 / 255))

    def step(rows):
        nonlocal current
        current = rows
        return train()

    step(np.zeros((batch, features), np.uint8))
    facts = {"name": "PyTorch", "version": torch.__version__, "details": f"eager, {how}"}
    return facts, lambda _: time_epoch(time, epoch(), step)


if __name__ == "__main__":
    serve({"epoch": prepare})
