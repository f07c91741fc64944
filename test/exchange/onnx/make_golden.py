"""Writes the models of golden/: autoencoders of PyTorch as its exporters write them, and what onnxruntime makes of samples.

Needs torch, onnx, onnxscript and onnxruntime. Usage: python make_golden.py
"""

import json
import pathlib

import onnx
import onnxruntime
import torch
from torch import nn

FOLDER = pathlib.Path(__file__).parent / "golden"


class Sequences(nn.Module):
    """An LSTM's last state, and a GRU that reads it at every step."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.LSTM(2, 5, batch_first=True)
        self.decoder = nn.GRU(5, 4, batch_first=True)
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        _, (h, _) = self.encoder(x)
        states, _ = self.decoder(h[-1].unsqueeze(1).expand(-1, 6, -1))
        return self.head(states)


class Repeated(nn.Module):
    """The last state of all, as tutorials take it, and as many copies of it as there were steps."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.GRU(2, 4, batch_first=True)
        self.decoder = nn.LSTM(4, 5, batch_first=True)
        self.output = nn.Linear(5, 2)

    def forward(self, x):
        states, _ = self.encoder(x)
        code = states[:, -1].unsqueeze(1).repeat(1, x.shape[1], 1)
        return self.output(self.decoder(code)[0])


class Expanded(Repeated):
    """The same with the last state itself, expanded."""

    def forward(self, x):
        _, last = self.encoder(x)
        return self.output(self.decoder(last.squeeze(0).unsqueeze(1).expand(-1, 6, -1))[0])


def dense():
    return nn.Sequential(
        nn.Linear(12, 9), nn.GELU(), nn.LayerNorm(9), nn.Linear(9, 8), nn.SiLU(), nn.Dropout(0.2), nn.Linear(8, 3), nn.Mish(),
        nn.Linear(3, 8), nn.BatchNorm1d(8), nn.ELU(), nn.Linear(8, 9), nn.Softplus(), nn.Linear(9, 12), nn.Sigmoid(),
    )


def pictures():
    return nn.Sequential(
        nn.Conv2d(2, 5, 3, stride=2, padding=1), nn.BatchNorm2d(5), nn.ReLU(), nn.Conv2d(5, 4, 3, padding=1), nn.Tanh(),
        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(4 * 2 * 3, 6), nn.Linear(6, 4 * 2 * 3), nn.ReLU(),
        nn.Unflatten(1, (4, 2, 3)), nn.ConvTranspose2d(4, 5, 3, stride=2, padding=1, output_padding=1), nn.SELU(),
        nn.Upsample(scale_factor=2), nn.Conv2d(5, 2, 3, padding=1), nn.Sigmoid(),
    )


def older_pictures():
    return nn.Sequential(
        nn.Conv2d(1, 3, 4, stride=2, padding=1), nn.LeakyReLU(0.2), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(12, 4),
        nn.Linear(4, 48), nn.GELU(), nn.Unflatten(1, (3, 4, 4)), nn.ConvTranspose2d(3, 1, 4, stride=2, padding=1),
    )


def write(name, model, shape, **options):
    for module in model.modules():
        if hasattr(module, "running_var"):
            nn.init.uniform_(module.running_mean, -1, 1)
            nn.init.uniform_(module.running_var, 0.5, 2)
            nn.init.uniform_(module.weight, 0.5, 2)
            nn.init.uniform_(module.bias, -1, 1)
    model.eval()
    samples = torch.rand(3, *shape)
    path = FOLDER / f"{name}.onnx"
    names = {"input_names": ["x"], "output_names": ["y"]}
    if options.get("dynamo", True):
        options["dynamic_shapes"] = ({0: torch.export.Dim.DYNAMIC},)
    else:
        options["dynamic_axes"] = {"x": {0: "n"}, "y": {0: "n"}}
    torch.onnx.export(model, (samples,), str(path), external_data=False, **names, **options)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    model_proto = onnx.load(path)
    for node in model_proto.graph.node:
        # Where in PyTorch's code a node comes from, which would be most of the file.
        del node.metadata_props[:]
    del model_proto.graph.value_info[:]
    onnx.save(model_proto, path)
    [result] = session.run(None, {"x": samples.numpy()})
    text = {"shape": list(samples.shape), "samples": samples.flatten().tolist(), "outputs": result.flatten().tolist()}
    # Rounded to what a float32 holds of numbers near 1.
    rounded = {key: [round(x, 7) for x in values] if key != "shape" else values for key, values in text.items()}
    (FOLDER / f"{name}.json").write_text(json.dumps(rounded) + "\n")


torch.manual_seed(7)
write("torch-dense", dense(), [12])
write("torch-pictures", pictures(), [2, 8, 12])
write("torch-older-pictures", older_pictures(), [1, 8, 8], dynamo=False)
write("torch-sequences", Sequences(), [6, 2])
write("torch-repeated", Repeated(), [6, 2])
write("torch-older-repeated", Repeated(), [6, 2], dynamo=False)
write("torch-older-expanded", Expanded(), [6, 2], dynamo=False)
