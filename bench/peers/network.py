"""What the peers written in Python share of the network workload (see networks.mjs)."""
import base64
from types import SimpleNamespace

import numpy as np

from protocol import count

NOISE = {"dropout"}
TRIAL_RATE = 0.2  # of networks.mjs


def floats(text, shape):
    """float32 numbers as a request carries them."""
    return np.frombuffer(base64.b64decode(text), np.float32).reshape(shape).copy()


def network_request(request):
    """The request's fields, checked; weights are arrays in the order and shapes of PyTorch's modules."""
    network, rows = request["network"], count(request, "rows")
    return SimpleNamespace(
        shape=network["inputShape"],
        layers=network["encoder"] + network["decoder"],
        loss=network["loss"],
        rows=rows,
        batch=count(request, "batch"),
        seed=count(request, "seed", 0),
        threads=count(request, "threads"),
        trial=count(request, "trial"),
        compile=bool(request.get("compile")),
        samples=floats(request["samples"], [rows, *network["inputShape"]]),
        weights=[(weight["name"], floats(weight["data"], weight["shape"])) for weight in request["weights"]],
    )


def without_noise(layers):
    """What is trained by plain gradient descent first: given the same start and samples, every contestant comes to the
    same losses."""
    return [layer for layer in layers if layer["kind"] not in NOISE]


def logits(layers, loss):
    """The layers up to the logits of a sigmoid that a cross-entropy follows, and whether there are such."""
    if loss != "binaryCrossentropy":
        return layers, False
    assert layers[-1]["activation"] == "sigmoid", "a cross-entropy needs a sigmoid before it"
    return [*layers[:-1], {**layers[-1], "activation": "linear"}], True


def listed(value, dimensions):
    """A size for each dimension."""
    return list(value) if isinstance(value, list) else [value] * dimensions
