"""Ten steps of a variational autoencoder by PyTorch (autograd, float64) with the codes' noise given.

    node src/build.mjs && python3 test/golden/variational.py     # writes variational-steps.json

20-12-(mu, log var) 3-12-20, tanh and sigmoid, batch 16, loss = sum of the outputs' losses + weight * KL, mean over the
samples, the weight growing over four steps. Weights and data are hashed arrays (README.md); the noise is that of the
kernels (epsilon.mjs). Adam as Keras applies it, which in PyTorch is an epsilon divided by sqrt(1 - beta2^t).
"""
import json
import subprocess
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from hashed import HashedTensor

HERE = Path(__file__).parent
INPUT, HIDDEN, LATENT, BATCH, STEPS, SEED = 20, 12, 3, 16, 10, 123
BETA, WARMUP = 1.5, 4
SHAPES = {
    "encoder.0": (HIDDEN, INPUT),
    "encoder.1": (2 * LATENT, HIDDEN),
    "decoder.0": (HIDDEN, LATENT),
    "decoder.1": (INPUT, HIDDEN),
}


def recipes():
    for index, (name, (units, inputs)) in enumerate(SHAPES.items()):
        limit = float(np.sqrt(6 / (inputs + units)))
        yield HashedTensor(f"{name}.weight", (units, inputs), 700 + 2 * index, -limit, limit)
        yield HashedTensor(f"{name}.bias", (units,), 701 + 2 * index, -0.05, 0.05)


def loss_of(p, x, epsilon, kind):
    layer = lambda name, value: F.linear(value, p[f"{name}.weight"], p[f"{name}.bias"])
    heads = layer("encoder.1", torch.tanh(layer("encoder.0", x)))
    mean, log_variance = heads.split(LATENT, dim=1)
    z = mean + torch.exp(0.5 * log_variance) * epsilon
    logits = layer("decoder.1", torch.tanh(layer("decoder.0", z)))
    if kind == "binaryCrossentropy":
        reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    else:
        reconstruction = F.mse_loss(torch.sigmoid(logits), x, reduction="sum")
    divergence = -0.5 * torch.sum(1 + log_variance - mean**2 - log_variance.exp())
    return reconstruction / len(x), divergence / len(x)


def run(kind, data, epsilon):
    p = {r.name: torch.tensor(r.build(), dtype=torch.float64, requires_grad=True) for r in recipes()}
    optimizer = torch.optim.Adam(p.values(), lr=0.01, betas=(0.9, 0.999))
    reconstructions, divergences = [], []
    for step in range(STEPS):
        optimizer.param_groups[0]["eps"] = 1e-7 / np.sqrt(1 - 0.999 ** (step + 1))
        optimizer.zero_grad()
        noise = torch.tensor(epsilon[step], dtype=torch.float64).reshape(BATCH, LATENT)
        reconstruction, divergence = loss_of(p, data, noise, kind)
        (reconstruction + BETA * min(1, (step + 1) / WARMUP) * divergence).backward()
        optimizer.step()
        reconstructions.append(reconstruction.item())
        divergences.append(divergence.item())
    weights = [
        {"name": name, "shape": list(value.shape), "values": value.detach().reshape(-1).tolist()}
        for name, value in p.items()
    ]
    return {"loss": kind, "reconstructionLoss": reconstructions, "klLoss": divergences, "weights": weights}


def main():
    node = ["node", str(HERE / "epsilon.mjs"), *map(str, (SEED, STEPS, BATCH, LATENT))]
    epsilon = json.loads(subprocess.run(node, check=True, capture_output=True, text=True).stdout)
    data = HashedTensor("data", (BATCH, INPUT), 77, 0.0, 1.0)
    x = torch.tensor(data.build(), dtype=torch.float64)
    golden = {
        "inputSize": INPUT, "hidden": HIDDEN, "latent": LATENT, "batch": BATCH, "steps": STEPS, "seed": SEED,
        "beta": BETA, "warmupSteps": WARMUP, "learningRate": 0.01,
        "data": data.to_json(), "start": [recipe.to_json() for recipe in recipes()], "epsilon": epsilon,
        "runs": [run(kind, x, epsilon) for kind in ("binaryCrossentropy", "meanSquaredError")],
    }
    (HERE / "variational-steps.json").write_text(json.dumps(golden) + "\n")


main()
