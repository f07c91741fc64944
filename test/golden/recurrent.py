"""Loss, gradients and ten steps of Adam of networks with LSTMs and GRUs, by PyTorch's own modules in float64.

    python3 test/golden/recurrent.py            # writes recurrent.json; needs PyTorch
    python3 test/golden/recurrent.py --check    # writes nothing, compares with the file
"""
from pathlib import Path

import torch
from torch import nn

from golden_file import write_or_check
from torch_cases import case, flat, named, version

FILE = Path(__file__).parent / "recurrent.json"
BATCH = 5
STEPS = 10
BETAS, EPSILON, RATE = (0.9, 0.999), 1e-7, 0.01


class Recurrent(nn.Module):
    """Mixed into a module of PyTorch: gives the states, or the last one, and nothing else."""

    def __init__(self, inputs, units, sequences=False, bias=True):
        super().__init__(inputs, units, bias=bias, batch_first=True)
        self.sequences = sequences
        if bias and isinstance(self, nn.LSTM):
            # Keras has one bias: Isthmus leaves the second as it is.
            self.bias_hh_l0.requires_grad_(False)

    def forward(self, x):
        states, _ = super().forward(x)
        return states if self.sequences else states[:, -1]


class Lstm(Recurrent, nn.LSTM):
    pass


class Gru(Recurrent, nn.GRU):
    pass


class Repeat(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.n = n

    def forward(self, x):
        return x.unsqueeze(1).expand(-1, self.n, -1)


def networks():
    """Name, shape of a sample, encoder, decoder: test/layers/recurrent.test.ts has the same ones."""
    for name, kind in (("lstm", Lstm), ("gru", Gru)):
        yield f"{name}: last state, repeated", [7, 2], [kind(2, 5)], [Repeat(7), kind(5, 6, True), nn.Linear(6, 2)]
        yield f"{name}: sequences", [4, 1], [kind(1, 9, True), kind(9, 3)], [nn.Linear(3, 12), nn.Unflatten(1, (4, 3)),
                                                                         kind(3, 8, True, bias=False), nn.Linear(8, 1)]
        yield f"{name}: one step", [1, 3], [kind(3, 4)], [Repeat(1), kind(4, 3, True)]
        yield f"{name}: wide", [3, 6], [kind(6, 11, True)], [kind(11, 6, True)]


def train(encoder, decoder, data):
    """Losses before each of ten steps, and the parameters after the last."""
    model = nn.Sequential(*encoder, *decoder)
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=RATE, betas=BETAS)
    losses = []
    for step in range(1, STEPS + 1):
        # Keras's place of epsilon; see torch_check.py.
        optimizer.param_groups[0]["eps"] = EPSILON / (1 - BETAS[1] ** step) ** 0.5
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(data), data)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return {"losses": losses, "after": [flat(p) for _, p in named(encoder, decoder)]}


def rounded(made):
    """Nine digits: enough for every float32."""
    if isinstance(made, float):
        return float(f"{made:.9g}")
    if isinstance(made, list):
        return [rounded(each) for each in made]
    return {key: rounded(each) for key, each in made.items()} if isinstance(made, dict) else made


def main():
    torch.manual_seed(5)
    cases = []
    for name, shape, encoder, decoder in networks():
        made = case(BATCH, shape, encoder, decoder)
        data = torch.tensor(made["data"], dtype=torch.float64).reshape(BATCH, *shape)
        cases.append({"name": name, "shape": shape, **made, "adam": train(encoder, decoder, data)})
    golden = {"torch": version(), "batch": BATCH, "steps": STEPS, "learningRate": RATE, "cases": cases}
    write_or_check(FILE, rounded(golden), indent=None)


main()
