"""Loss and gradients of networks with convolutions, by PyTorch's own modules in float64.

TensorFlow's padding "same" is an explicit F.pad here, and cropping for transposed layers, so that what PyTorch calculates is
known. Samples are written with the channels last, as Isthmus has them.

    python3 test/golden/convolution.py            # writes convolution.json; needs PyTorch
    python3 test/golden/convolution.py --check    # writes nothing, compares with the file
"""
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

from hashed import hashed_uniform
from golden_file import write_or_check
from torch_cases import version

FILE = Path(__file__).parent / "convolution.json"
BATCH = 3


def pair(value, dimensions):
    return tuple(value) if isinstance(value, (list, tuple)) else (value,) * dimensions


class Layer(nn.Module):
    """A layer of Keras: `same` or `valid`, strides, dilation; tanh behind it."""

    def __init__(self, kind, inputs, filters, kernel, strides=1, padding="valid", dilation=1, bias=True):
        super().__init__()
        dimensions = 2 if "2d" in kind else 1
        self.kind, self.padding = kind, padding
        self.options = dict(filters=filters, kernelSize=kernel, strides=strides, padding=padding, dilationRate=dilation,
                            bias=bias)
        self.kernel, self.strides, self.dilation = (pair(x, dimensions) for x in (kernel, strides, dilation))
        module = {"conv1d": nn.Conv1d, "conv2d": nn.Conv2d, "conv1dTranspose": nn.ConvTranspose1d,
                  "conv2dTranspose": nn.ConvTranspose2d}[kind]
        self.module = module(inputs, filters, self.kernel, stride=self.strides, dilation=self.dilation, bias=bias)

    def reaches(self):
        return [(k - 1) * d + 1 for k, d in zip(self.kernel, self.dilation)]

    def forward(self, x):
        lengths = x.shape[2:]
        if self.kind.endswith("Transpose"):
            # Keras: same gives length·stride, valid length·stride + max(reach − stride, 0).
            whole = self.module(x)
            for axis, (length, stride, reach) in enumerate(zip(lengths, self.strides, self.reaches())):
                rest = max(reach - stride, 0)
                before = rest // 2 if self.padding == "same" else 0
                wanted = length * stride + (0 if self.padding == "same" else rest)
                missing = before + wanted - whole.shape[axis + 2]
                if missing > 0:
                    # No tap reaches these places: they have the bias alone.
                    shape = list(whole.shape)
                    shape[axis + 2] = missing
                    bias = self.module.bias if self.module.bias is not None else torch.zeros(whole.shape[1]).double()
                    filler = bias.view(-1, *[1] * len(lengths)).expand(shape)
                    whole = torch.cat([whole, filler], axis + 2)
                whole = whole.narrow(axis + 2, before, wanted)
            return torch.tanh(whole)
        if self.padding == "same":
            pads = []
            for length, stride, reach in zip(lengths, self.strides, self.reaches()):
                total = max((-(-length // stride) - 1) * stride + reach - length, 0)
                pads = [total // 2, total - total // 2] + pads
            x = F.pad(x, pads)
        return torch.tanh(self.module(x))


def cases():
    """Shape of a sample [..., channels], encoder, decoder."""
    for kernel, strides, dilation in [(3, 1, 1), (3, 2, 1), (2, 2, 1), ([3, 2], [2, 3], 1), (3, 1, 2), ([2, 3], [3, 2], [1, 2]),
                                      (4, 3, 1), (1, 1, 1), (1, 2, 1), (5, 4, 1)]:
        for padding in ("same", "valid"):
            yield [9, 8, 2], [("conv2d", 5, kernel, strides, padding, dilation)]
            yield [3, 2, 3], [("conv2dTranspose", 4, kernel, strides, padding, dilation)]
    for kernel, strides, dilation in [(3, 1, 1), (7, 2, 1), (2, 3, 1), (3, 1, 3), (3, 2, 3)]:
        for padding in ("same", "valid"):
            yield [13, 3], [("conv1d", 9, kernel, strides, padding, dilation)]
            yield [5, 2], [("conv1dTranspose", 3, kernel, strides, padding, dilation)]
    # Several, as autoencoders have them, and more channels than a tile has columns.
    yield [8, 8, 1], [("conv2d", 17, 3, 2, "same", 1), ("conv2d", 33, 3, 2, "same", 1, False),
                      ("conv2dTranspose", 18, 3, 2, "same", 1), ("conv2dTranspose", 1, 3, 2, "same", 1, False)]
    yield [24, 1], [("conv1d", 16, 7, 2, "same", 1), ("conv1d", 8, 7, 2, "same", 1), ("conv1dTranspose", 8, 7, 2, "same", 1),
                    ("conv1dTranspose", 1, 7, 2, "same", 1)]


def hashed(tag, shape, low, high):
    count = int(torch.tensor(shape).prod())
    return torch.from_numpy(hashed_uniform(tag, count, low, high)).double().reshape(*shape)


def stored(tensor):
    """Every so manieth value: about 50 of them."""
    values = tensor.detach().flatten()
    stride = values.numel() // 50 | 1
    return {"stride": stride, "values": [float(f"{value:.10g}") for value in values[::stride].tolist()]}


def last(tensor):
    """Channels last, as one row of values a sample."""
    return tensor.movedim(1, -1).reshape(tensor.shape[0], -1)


def first(tensor, shape):
    return tensor.reshape(tensor.shape[0], *shape).movedim(-1, 1)


def fill(parameters, tag):
    """Weights and biases that TypeScript rebuilds, each from a tag of its own."""
    with torch.no_grad():
        for index, parameter in enumerate(parameters):
            parameter.copy_(hashed(tag + index, parameter.shape, -0.35, 0.4))


def make():
    made = []
    for number, (shape, layers) in enumerate(cases()):
        modules, channels = [], shape[-1]
        for layer in layers:
            modules.append(Layer(layer[0], channels, *layer[1:]).double())
            channels = layer[1]
        size = int(torch.tensor(shape).prod())
        tag = 100 * (number + 1)
        data = hashed(tag, (BATCH, size), 0, 1)
        named = [(f"encoder.{index}.{name}", parameter) for index, module in enumerate(modules)
                 for name, parameter in module.module.named_parameters()]
        fill([parameter for _, parameter in named], tag + 1)
        y = first(data, shape)
        for module in modules:
            y = module(y)
        codes = last(y)
        head = nn.Linear(codes.shape[1], size).double()
        fill([head.weight, head.bias], tag + 1 + len(named))
        loss = F.mse_loss(head(codes), data)
        loss.backward()
        made.append({"inputShape": shape, "codeShape": list(y.movedim(1, -1).shape[1:]), "tag": tag,
                     "layers": [dict(kind=module.kind, **module.options) for module in modules],
                     "codes": stored(codes), "loss": loss.item(),
                     "gradients": [{"name": name, "shape": list(parameter.shape), **stored(parameter.grad)}
                                   for name, parameter in named]})
    return {"batch": BATCH, "low": -0.35, "high": 0.4, "torch": version(), "cases": made}


if __name__ == "__main__":
    write_or_check(FILE, make())
