"""Loads model files of Isthmus into PyTorch, and says how far the outputs are from those that came along.

    python3 test/saving/torch_models.py FOLDER    # prints a JSON object: the largest difference by file

FOLDER has, for each model NAME.safetensors, NAME.json with samples and reconstructions. The weights are loaded by
`load_state_dict(…, strict=True)`: names and shapes in the file are those of the modules here.
"""
import json
import sys
from collections import OrderedDict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "golden"))

import torch  # noqa: E402
from pooling import GlobalMean, enlarged, largest, mean, On  # noqa: E402
from safetensors import safe_open  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402


class Do(nn.Module):
    """A function as a module."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


first = lambda: Do(lambda x: x.movedim(-1, 1))
last = lambda: Do(lambda x: x.movedim(1, -1))

ACTIVATIONS = {"linear": nn.Identity, "relu": nn.ReLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "gelu": nn.GELU,
               "silu": nn.SiLU, "elu": nn.ELU, "selu": nn.SELU, "softplus": nn.Softplus,
               "leakyRelu": lambda: nn.LeakyReLU(0.2)}


def listed(value):
    return tuple(value) if isinstance(value, list) else (value,)


def convolution(kind, layer, channels):
    """The module itself, between what pads, as Keras does, and crops."""
    transposed, dimensions = kind.endswith("Transpose"), 2 if "2d" in kind else 1
    kernel, strides, dilation = (listed(layer[name]) for name in ("kernelSize", "strides", "dilationRate"))
    reaches = [(k - 1) * d + 1 for k, d in zip(kernel, dilation)]
    same = layer["padding"] == "same"
    common = dict(stride=strides, dilation=dilation, bias=layer["bias"])
    if transposed:
        module = (nn.ConvTranspose1d, nn.ConvTranspose2d)[dimensions - 1]
        short = tuple(max(s - r, 0) for s, r in zip(strides, reaches))

        def crop(x):
            for axis, (reach, stride) in enumerate(zip(reaches, strides)):
                rest = max(reach - stride, 0)
                x = x.narrow(axis + 2, rest // 2, x.shape[axis + 2] - rest)
            return x

        return [module(channels, layer["filters"], kernel, output_padding=short, **common)], [Do(crop)] if same else []

    def pad(x):
        pads = []
        for length, reach, stride in reversed(list(zip(x.shape[2:], reaches, strides))):
            surplus = max((-(-length // stride) - 1) * stride + reach - length, 0)
            pads += [surplus // 2, surplus - surplus // 2]
        return F.pad(x, pads)

    module = (nn.Conv1d, nn.Conv2d)[dimensions - 1]
    return [*([Do(pad)] if same else []), module(channels, layer["filters"], kernel, **common)], []


def normalized(module, layer):
    """Without γ or β there is a name less in the file."""
    if not layer["scale"]:
        module.register_parameter("weight", None)
    if not layer["center"]:
        module.register_parameter("bias", None)
    return module


RECURRENT = {"lstm": nn.LSTM, "gru": nn.GRU}


class Unusual(nn.Module):
    """A recurrent layer with other activations than PyTorch's has, from the same parameters."""

    def __init__(self, kind, inputs, layer):
        super().__init__()
        self.kind, self.units = kind, layer["units"]
        for name, parameter in RECURRENT[kind](inputs, self.units, bias=layer["bias"]).named_parameters():
            self.register_parameter(name, parameter)
        self.activation = ACTIVATIONS[layer["activation"]]()
        self.gate = ACTIVATIONS[layer["recurrentActivation"]]()

    def lstm(self, x, h, c):
        i, f, g, o = (x + h[0]).chunk(4, dim=1)
        c = self.gate(f) * c + self.gate(i) * self.activation(g)
        return self.gate(o) * self.activation(c), c

    def gru(self, x, h, c):
        projected, before = h
        xr, xz, xn, hr, hz, hn = *x.chunk(3, dim=1), *projected.chunk(3, dim=1)
        z = self.gate(xz + hz)
        return (1 - z) * self.activation(xn + self.gate(xr + hr) * hn) + z * before, c

    def forward(self, x):
        biases = [getattr(self, f"bias_{part}_l0", None) for part in ("ih", "hh")]
        h = c = x.new_zeros(x.shape[0], self.units)
        states = []
        for step in range(x.shape[1]):
            projected = F.linear(h, self.weight_hh_l0, biases[1])
            h, c = getattr(self, self.kind)(F.linear(x[:, step], self.weight_ih_l0, biases[0]), (projected, h), c)
            states.append(h)
        return torch.stack(states, 1), h


def recurrent(kind, layer, inputs):
    """The module, then what picks the states that the layer returns."""
    if layer["activation"] == "tanh" and layer["recurrentActivation"] == "sigmoid":
        module = RECURRENT[kind](inputs, layer["units"], bias=layer["bias"], batch_first=True)
    else:
        module = Unusual(kind, inputs, layer)
    states = (lambda found: found[0]) if layer["returnSequences"] else (lambda found: found[0][:, -1])
    return [module, Do(states)]


def modules(layer, x):
    """What a layer is in PyTorch. Between layers channels come last; modules that want them first get them so."""
    kind, channels = layer["kind"], x.shape[-1]
    if kind in ("lstm", "gru"):
        return recurrent(kind, layer, channels)
    activation = [ACTIVATIONS[layer["activation"]]()] if "activation" in layer else []
    if kind == "dense":
        return [nn.Linear(channels, layer["units"], bias=layer["bias"]), *activation]
    if kind.startswith("conv"):
        before, after = convolution(kind, layer, channels)
        return [first(), *before, *after, last(), *activation]
    if kind == "batchNormalization":
        module = {2: nn.BatchNorm1d, 3: nn.BatchNorm1d, 4: nn.BatchNorm2d}[x.dim()](channels, eps=layer["epsilon"])
        return [first(), normalized(module, layer), last()]
    if kind == "layerNormalization":
        return [normalized(nn.LayerNorm(channels, eps=layer["epsilon"]), layer)]
    if kind.startswith(("maxPooling", "averagePooling")):
        pooled = largest if kind.startswith("max") else mean
        return [pooled(listed(layer["poolSize"]), listed(layer["strides"]), layer["padding"])]
    if kind == "upSampling1d":
        return [On(lambda x: x.repeat_interleave(layer["size"], dim=-1))]
    if kind == "upSampling2d":
        return [enlarged(listed(layer["size"]), layer["interpolation"])]
    if kind == "gaussian":
        # Mean and log σ²; a prediction takes the mean.
        return [nn.Linear(channels, 2 * layer["units"]), Do(lambda x: x[:, : layer["units"]])]
    return {
        "activation": lambda: activation,
        "flatten": lambda: [nn.Flatten()],
        "reshape": lambda: [nn.Unflatten(1, layer["shape"])] if x.dim() == 2 else [nn.Flatten(), nn.Unflatten(1, layer["shape"])],
        "repeatVector": lambda: [Do(lambda x: x[:, None].expand(-1, layer["n"], -1))],
        "globalAveragePooling2d": lambda: [GlobalMean()],
        "dropout": lambda: [nn.Dropout(layer["rate"])],
        "spatialDropout": lambda: [Do(lambda x: x)],
        "gaussianNoise": lambda: [Do(lambda x: x)],
    }[kind]()


def half(layers, x):
    """Modules with weights are named by numbers from 0, the others as they are not in the file."""
    named, weighted = OrderedDict(), 0
    for layer in layers:
        for module in modules(layer, x):
            has_weights = bool(list(module.parameters()) or list(module.buffers()))
            named[str(weighted) if has_weights else f"{type(module).__name__}{len(named)}"] = module
            weighted += has_weights
            x = module.eval()(x)
    return nn.Sequential(named), x


def difference(path):
    with safe_open(path, "pt") as file:
        description = json.loads(file.metadata()["isthmus"])
        weights = {name: file.get_tensor(name) for name in file.keys()}
    data = json.loads(path.with_suffix(".json").read_text())
    shape = description.get("inputShape") or [description["inputSize"]]
    samples = torch.tensor(data["samples"]).reshape(-1, *shape)
    latent = [description["latent"]] if "latent" in description else []
    encoder, code = half([*description["encoder"], *latent], samples)
    decoder, _ = half(description["decoder"], code)
    model = nn.Sequential(OrderedDict(encoder=encoder, decoder=decoder)).eval()
    model.load_state_dict(weights, strict=True)
    with torch.no_grad():
        found = model(samples).flatten()
    return (found - torch.tensor(data["reconstructions"])).abs().max().item()


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(json.dumps({path.stem: difference(path) for path in Path(sys.argv[1]).glob("*.safetensors")}))
