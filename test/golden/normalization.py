"""Loss and gradients of networks with layer normalization, by PyTorch's own modules in float64.

    python3 test/golden/normalization.py            # writes normalization.json; needs PyTorch
    python3 test/golden/normalization.py --check    # writes nothing, compares with the file
"""
from pathlib import Path

import torch
from torch import nn

from golden_file import write_or_check
from torch_cases import case, version

FILE = Path(__file__).parent / "normalization.json"
BATCH, WIDTH = 7, 6


def cases():
    """Name, encoder and decoder; by the names that Isthmus gives the parameters, layers with weights count from 0."""
    yield "affine, eps 0.001", [nn.Linear(6, 5), nn.Tanh(), nn.LayerNorm(5, eps=1e-3), nn.Linear(5, 3)], [
        nn.LayerNorm(3, eps=1e-3), nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 6)]
    yield "without bias, eps 0.00001", [nn.LayerNorm(6, eps=1e-5, bias=False), nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3)], [
        nn.Linear(3, 6), nn.LayerNorm(6, eps=1e-5, bias=False)]


def make():
    torch.manual_seed(5)
    made = [{"name": name, **case(BATCH, [WIDTH], encoder, decoder)} for name, encoder, decoder in cases()]
    return {"batch": BATCH, "width": WIDTH, "torch": version(), "cases": made}


if __name__ == "__main__":
    write_or_check(FILE, make())
