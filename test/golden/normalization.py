"""Loss and gradients of networks with layer normalization, by PyTorch's own modules in float64.

    python3 test/golden/normalization.py            # writes normalization.json; needs PyTorch
    python3 test/golden/normalization.py --check    # writes nothing, compares with the file
"""
import json
import sys
from pathlib import Path

import torch
from torch import nn

FILE = Path(__file__).parent / "normalization.json"
BATCH, WIDTH = 7, 6


def cases():
    """Name, encoder and decoder; by the names that Isthmus gives the parameters, layers with weights count from 0."""
    yield "affine, eps 0.001", [nn.Linear(6, 5), nn.Tanh(), nn.LayerNorm(5, eps=1e-3), nn.Linear(5, 3)], [
        nn.LayerNorm(3, eps=1e-3), nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 6)]
    yield "without bias, eps 0.00001", [nn.LayerNorm(6, eps=1e-5, bias=False), nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3)], [
        nn.Linear(3, 6), nn.LayerNorm(6, eps=1e-5, bias=False)]


def named(encoder, decoder):
    for half, layers in (("encoder", encoder), ("decoder", decoder)):
        weighted = [layer for layer in layers if list(layer.parameters())]
        for index, layer in enumerate(weighted):
            for name, parameter in layer.named_parameters():
                yield f"{half}.{index}.{name}", parameter


def flat(tensor):
    return [float(value) for value in tensor.detach().flatten()]


def make():
    torch.manual_seed(5)
    made = []
    for name, encoder, decoder in cases():
        model = nn.Sequential(*encoder, *decoder).double()
        parameters = dict(named(encoder, decoder))
        with torch.no_grad():
            # Numbers that float32 holds exactly.
            for parameter in parameters.values():
                parameter.copy_((parameter + 0.2 * torch.randn_like(parameter)).float().double())
        data = torch.rand(BATCH, WIDTH, dtype=torch.float64).float().double()
        loss = nn.functional.mse_loss(model(data), data)
        loss.backward()
        arrays = [{"name": n, "shape": list(p.shape), "values": flat(p), "gradient": flat(p.grad)}
                  for n, p in parameters.items()]
        made.append({"name": name, "data": flat(data), "loss": loss.item(), "parameters": arrays})
    return {"batch": BATCH, "width": WIDTH, "torch": torch.__version__.split("+")[0], "cases": made}


def close(a, b):
    if isinstance(a, dict):
        return all(close(a[key], b[key]) for key in a if key != "torch")
    if isinstance(a, list):
        return len(a) == len(b) and all(map(close, a, b))
    return abs(a - b) <= 1e-9 + 1e-7 * abs(b) if isinstance(a, float) else a == b


if __name__ == "__main__":
    made = make()
    if "--check" in sys.argv:
        if not close(made, json.loads(FILE.read_text())):
            sys.exit(f"{FILE.name} has other values")
        print(f"{FILE.name} holds")
    else:
        FILE.write_text(json.dumps(made, indent=1) + "\n")
