"""PyTorch, eager or with its compiler, on the CPU: one training step of a network of the canon, as someone writes it for PyTorch: channels
first, with the samples turned once. Padding that is not the same on both sides, as "same" has it for strides, is an
F.pad before the module, or what a transposed one leaves over is cut off."""
import math

from network import TRIAL_RATE, listed, logits, network_request, without_noise
from protocol import (BETA1, BETA2, EPSILON, LEARNING_RATE, blas_in_use, serve, shuffled_batches, time_steps)


def prepare(request):
    asked = network_request(request)
    import torch

    torch.set_num_threads(asked.threads)
    torch.manual_seed(asked.seed)
    # Pictures, and sequences that a convolution reads, have their channels first; recurrent layers read them as they are.
    data = torch.from_numpy(asked.samples)
    if asked.layers[0]["kind"].startswith("conv"):
        data = data.movedim(-1, 1).contiguous()
    trial = make_step(torch, asked, without_noise(asked.layers), lambda trained: torch.optim.SGD(trained, TRIAL_RATE))
    losses = [trial(data[: asked.batch]) for _ in range(asked.trial)]
    step = make_step(torch, asked, asked.layers, lambda trained: torch.optim.Adam(
        trained, lr=LEARNING_RATE, betas=(BETA1, BETA2), eps=EPSILON, foreach=True))
    batches = shuffled_batches(asked.rows, asked.batch, lambda: torch.randperm(asked.rows))
    torch.ones(64, 64) @ torch.ones(64, 64)
    blas, warning = blas_in_use()
    how = "compiled" if asked.compile else "eager"
    details = f"{how}, Adam foreach, {blas}, {torch.get_num_threads()} thread(s)"
    facts = {"name": "PyTorch", "version": torch.__version__, "details": details, "warning": warning, "losses": losses}
    return facts, lambda order: time_steps(lambda: step(data.index_select(0, next(batches))), order)


def make_step(torch, asked, layers, make_optimizer):
    """A function of a batch that trains one step and returns the loss before it."""
    layers, from_logits = logits(layers, asked.loss)
    model = build(torch, asked.shape, layers, [values for _, values in asked.weights])
    run = torch.compile(model) if asked.compile else model
    criterion = torch.nn.BCEWithLogitsLoss() if from_logits else torch.nn.MSELoss()
    optimizer = make_optimizer([parameter for parameter in model.parameters() if parameter.requires_grad])

    def step(x):
        value = criterion(run(x), x)
        optimizer.zero_grad(set_to_none=True)
        value.backward()
        optimizer.step()
        return value.item()

    return step


def build(torch, shape, layers, weights):
    """A Sequential whose parameters are the next of `weights`, in channels-last order, turned where a flat layer meets a
    picture."""
    nn, functional = torch.nn, torch.nn.functional
    weights = iter(weights)

    class Do(nn.Module):
        def __init__(self, function):
            super().__init__()
            self.function = function

        def forward(self, x):
            return self.function(x)

    class Recurrent(nn.Module):
        def __init__(self, inputs, units, sequences):
            super().__init__()
            self.module = nn.LSTM(inputs, units, batch_first=True)
            self.module.bias_hh_l0.requires_grad_(False)  # Keras has one bias.
            self.sequences = sequences

        def forward(self, x):
            y, (h, _) = self.module(x)
            return y if self.sequences else h[0]

    def fill(module, turn=lambda values: values):
        with torch.no_grad():
            for parameter in module.parameters():
                parameter.copy_(torch.from_numpy(turn(next(weights))))
        return module

    def channels_first(shape):
        """Where the values of a flattened channels-first picture stand in a flattened channels-last one."""
        return torch.arange(math.prod(shape)).reshape(shape).movedim(-1, 0).flatten().numpy()

    modules, shape = [], list(shape)
    flattened = None  # the shape of the picture that the last layer has flattened
    for index, layer in enumerate(layers):
        kind = layer["kind"]
        following = layers[index + 1]["kind"] if index + 1 < len(layers) else None
        if kind.startswith("conv"):
            dimensions = 2 if "2d" in kind else 1
            kernel, strides = (listed(layer.get(name, 1), dimensions) for name in ("kernelSize", "strides"))
            assert layer["padding"] == "same"
            name = ("ConvTranspose" if kind.endswith("Transpose") else "Conv") + f"{dimensions}d"
            if kind.endswith("Transpose"):
                rests = [max(k - s, 0) for k, s in zip(kernel, strides)]
                modules.append(fill(getattr(nn, name)(
                    shape[-1], layer["filters"], kernel, strides, [rest // 2 for rest in rests])))
                cut = [rest - 2 * (rest // 2) for rest in rests]
                if any(cut):
                    window = (..., *(slice(None, -each or None) for each in cut))
                    modules.append(Do(lambda x, window=window: x[window]))
                shape = [n * s for n, s in zip(shape, strides)] + [layer["filters"]]
            else:
                lengths = [-(-n // s) for n, s in zip(shape, strides)]
                surplus = [max((m - 1) * s + k - n, 0) for m, s, k, n in zip(lengths, strides, kernel, shape)]
                even = all(each % 2 == 0 for each in surplus)
                if not even:
                    pads = [part for each in reversed(surplus) for part in (each // 2, each - each // 2)]
                    modules.append(Do(lambda x, pads=pads: functional.pad(x, pads)))
                padding = [each // 2 for each in surplus] if even else 0
                modules.append(fill(getattr(nn, name)(shape[-1], layer["filters"], kernel, strides, padding)))
                shape = [*lengths, layer["filters"]]
        elif kind == "dense":
            columns = channels_first(flattened) if flattened else slice(None)
            rows = channels_first(layers[index + 1]["shape"]) if following == "reshape" else slice(None)
            modules.append(fill(nn.Linear(shape[-1], layer["units"]), lambda values: (
                values[rows][:, columns] if values.ndim == 2 else values[rows])))
            shape[-1] = layer["units"]
            flattened = None
        elif kind == "flatten":
            modules.append(nn.Flatten())
            flattened, shape = shape, [math.prod(shape)]
        elif kind == "reshape":
            shape = list(layer["shape"])
            modules.append(nn.Unflatten(1, [shape[-1], *shape[:-1]]))
        elif kind == "maxPooling2d":
            size = layer["poolSize"]
            modules.append(nn.MaxPool2d(size))
            shape = [shape[0] // size, shape[1] // size, shape[2]]
        elif kind == "dropout":
            modules.append(nn.Dropout(layer["rate"]))
        elif kind == "repeatVector":
            modules.append(Do(lambda x, n=layer["n"]: x[:, None].expand(-1, n, -1)))
            shape = [layer["n"], *shape]
        elif kind == "lstm":
            sequences = layer.get("returnSequences", False)
            modules.append(fill(Recurrent(shape[-1], layer["units"], sequences)))
            shape = [*(shape[:-1] if sequences else []), layer["units"]]
        else:
            raise ValueError(f"kind: got {kind!r}, wanted a layer of networks.mjs")
        if layer.get("activation") == "relu":
            modules.append(nn.ReLU())
    return nn.Sequential(*modules)


if __name__ == "__main__":
    serve({"network": prepare})
