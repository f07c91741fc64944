"""Loss and gradients of networks with pooling, upsampling and activation layers, by PyTorch in float64.

    python3 test/golden/pooling.py            # writes pooling.json; needs PyTorch
    python3 test/golden/pooling.py --check    # writes nothing, compares with the file

Samples are channels last, as Keras has them; PyTorch gets them channels first. "same" is Keras's: of what the windows
reach beyond, half goes before, rounded down, and the rest behind.
"""
from pathlib import Path

import torch
from torch import nn

from golden_file import write_or_check
from torch_cases import case, version
from torch.nn import functional as F

FILE = Path(__file__).parent / "pooling.json"
BATCH = 4


class On(nn.Module):
    """A function of channels-first samples, on channels-last ones."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x.movedim(-1, 1)).movedim(1, -1)


def same(x, pool, strides, value):
    """Pads as Keras does; F.pad takes the last dimension first."""
    pads = []
    for size, p, s in reversed(list(zip(x.shape[2:], pool, strides))):
        surplus = max((-(-size // s) - 1) * s + p - size, 0)
        pads += [surplus // 2, surplus - surplus // 2]
    return F.pad(x, pads, value=value)


def largest(pool, strides, padding="valid"):
    pooled = F.max_pool2d if len(pool) == 2 else F.max_pool1d
    pad = (lambda x: same(x, pool, strides, -torch.inf)) if padding == "same" else (lambda x: x)
    return On(lambda x: pooled(pad(x), pool, strides))


def mean(pool, strides, padding="valid"):
    pooled = F.avg_pool2d if len(pool) == 2 else F.avg_pool1d
    pad = (lambda x: same(x, pool, strides, 0.0)) if padding == "same" else (lambda x: x)
    # Of means, those of ones tell which part of a window is there.
    return On(lambda x: pooled(pad(x), pool, strides) / pooled(pad(torch.ones_like(x)), pool, strides))


class GlobalMean(nn.Module):
    def forward(self, x):
        return F.adaptive_avg_pool2d(x.movedim(-1, 1), 1)[:, :, 0, 0]


def enlarged(size, mode):
    corners = {"align_corners": False} if mode == "bilinear" else {}
    return On(lambda x: F.interpolate(x, scale_factor=size, mode=mode, **corners))


class Repeat(nn.Module):
    def forward(self, x):
        return x[:, None].expand(-1, 15, -1)


PICTURE, SEQUENCE = (5, 3, 2), (15, 2)

# Name, shape of a sample, the layer, and how many places of a sample come out of it.
CASES = [
    ("maxPooling2d", PICTURE, largest((2, 2), (2, 2)), 2),
    ("maxPooling2d, same", PICTURE, largest((3, 3), (2, 1), "same"), 9),
    ("averagePooling2d", PICTURE, mean((2, 2), (2, 2)), 2),
    ("averagePooling2d, same", PICTURE, mean((3, 2), (1, 2), "same"), 10),
    ("globalAveragePooling2d", PICTURE, GlobalMean(), 1),
    ("upSampling2d", PICTURE, enlarged((2, 2), "nearest"), 60),
    ("upSampling2d, bilinear", PICTURE, enlarged((2, 3), "bilinear"), 90),
    ("activation", PICTURE, nn.GELU(), 15),
    ("maxPooling1d, same", SEQUENCE, largest((3,), (2,), "same"), 8),
    ("averagePooling1d, same", SEQUENCE, mean((4,), (3,), "same"), 5),
    ("upSampling1d", SEQUENCE, On(lambda x: x.repeat_interleave(2, dim=-1)), 30),
]


def networks():
    for name, shape, layer, places in CASES:
        encoder = [nn.Linear(2, 4), nn.Tanh(), layer, nn.Linear(4, 1), nn.Flatten(), nn.Linear(places, 3)]
        yield name, shape, encoder, [nn.Linear(3, 30), nn.Unflatten(1, shape)]
    yield "repeatVector", SEQUENCE, [nn.Flatten(), nn.Linear(30, 3)], [Repeat(), nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)]


def make():
    torch.manual_seed(6)
    made = [{"name": name, "inputShape": list(shape), **case(BATCH, shape, encoder, decoder)}
            for name, shape, encoder, decoder in networks()]
    return {"batch": BATCH, "torch": version(), "cases": made}


if __name__ == "__main__":
    write_or_check(FILE, make(), indent=None)
