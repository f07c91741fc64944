"""The spiral that a 2-1-2 sigmoid network fails to order: data, start, and 2,000 epochs of gradient descent.

The expected numbers are those published for this network; see README.md for the recipe.
"""
import numpy as np

import torch_check
from hashed import checksum
from network import Layer, forward, loss_and_gradients, loss_value
from optimizers import Sgd

EPOCHS = 2000
EVERY = 200
PUBLISHED_LOSS = [
    *[0.072515, 0.070820, 0.068194, 0.063840, 0.057983],
    *[0.052350, 0.047691, 0.043407, 0.039406, 0.036121],
]
PUBLISHED_FINAL = {"meanSquaredError": 0.036107, "meanAbsoluteError": 0.152370, "largestPointError": 0.479090}
PUBLISHED_SPEARMAN = 0.413
TOLERANCE = 2e-6  # what a float32 implementation may differ by in any loss


def start(points=500, seed=42):
    """Data [points, 2] in [0, 1] and starting parameters, float64, from NumPy's legacy generator.

    The order of the draws is part of the recipe: x1, x2, encoder weights, decoder weights.
    """
    random = np.random.RandomState(seed)
    t = np.linspace(0, 2 * np.pi, points)
    x1 = t * np.cos(t) + 0.3 * random.randn(points)
    x2 = t * np.sin(t) + 0.3 * random.randn(points)
    x = np.stack([x1, x2], axis=1)
    x = (x - x.min(axis=0)) / (x.max(axis=0) - x.min(axis=0))
    scale = np.sqrt(2 / (2 + 1))
    params = {
        "encoder.0.weight": random.randn(1, 2) * scale,
        "encoder.0.bias": np.zeros(1),
        "decoder.0.weight": random.randn(2, 1) * scale,
        "decoder.0.bias": np.zeros(2),
    }
    return x, params


def spearman(a, b):
    """Spearman's rank correlation of two arrays without ties."""
    assert np.unique(a).size == a.size and np.unique(b).size == b.size
    ranks = [np.argsort(np.argsort(values)).astype(np.float64) for values in (a, b)]
    return float(np.corrcoef(*ranks)[0, 1])


def train(x, params):
    """Losses before updates 200, 400, …, final metrics, and the parameters after the last update."""
    layers = [Layer("encoder.0", "sigmoid"), Layer("decoder.0", "sigmoid")]
    params = {name: value.copy() for name, value in params.items()}
    optimizer = Sgd(1.0, 0.0, False)
    losses = []
    for epoch in range(1, EPOCHS + 1):
        value, gradients = loss_and_gradients("meanSquaredError", layers, params, x)
        if epoch == 1 and x.dtype == np.float64:
            _, autograd = torch_check.loss_and_gradients("meanSquaredError", layers, params, x)
            assert all(np.abs(gradients[name] - autograd[name]).max() < 1e-14 for name in gradients)
        optimizer.step(params, gradients)
        if epoch % EVERY == 0:
            losses.append(value)
    steps = forward(layers, params, x)
    code, again = steps[0][1].reshape(-1), steps[1][1]
    final = {
        "meanSquaredError": loss_value("meanSquaredError", layers, steps, x),
        "meanAbsoluteError": float(np.mean(np.abs(x - again))),
        "largestPointError": float(np.sqrt(((x - again) ** 2).sum(axis=1)).max()),
        "spearman": abs(spearman(code, np.arange(len(x)))),
    }
    return losses, final, params


def to_json(params):
    """Every parameter whole, row-major, float64."""
    return [
        {"name": name, "shape": list(value.shape), "values": value.reshape(-1).tolist()}
        for name, value in params.items()
    ]


def reference():
    """The content of spiral.json; fails where a published number is not reproduced."""
    x, params = start()
    losses, final, trained = train(x, params)
    assert np.abs(np.subtract(losses, PUBLISHED_LOSS)).max() < 1e-6, losses
    for name, value in PUBLISHED_FINAL.items():
        assert abs(final[name] - value) < 1e-6, (name, final[name], value)
    assert abs(final["spearman"] - PUBLISHED_SPEARMAN) < 5e-4, final["spearman"]

    single = {name: value.astype(np.float32) for name, value in params.items()}
    losses32, final32, trained32 = train(x.astype(np.float32), single)
    assert all(value.dtype == np.float32 for value in trained32.values())
    error = np.abs(np.subtract(losses, losses32)).max()
    print(f"  float32 is off by {error:.1e} (losses), final {final32}")
    assert error < TOLERANCE / 4
    return {
        "epochs": EPOCHS,
        "learningRate": 1.0,
        "tolerance": TOLERANCE,
        "data": {"shape": list(x.shape), "checksum": checksum(x), "values": x.reshape(-1).tolist()},
        "start": to_json(params),
        "lossEpochs": list(range(EVERY, EPOCHS + 1, EVERY)),
        "loss": losses,
        "final": final,
        "trained": to_json(trained),
    }
