"""A chain of dense layers with hand-written backpropagation in NumPy, in the dtype of its parameters.

B is the batch, D the number of outputs of the network. Weights are [out, in] as in PyTorch's Linear.
"""
from dataclasses import dataclass

import numpy as np

CLIP = 1e-7  # Keras's epsilon(): predictions are clipped to [CLIP, 1 - CLIP] before the logarithm


@dataclass(frozen=True)
class Layer:
    name: str  # "encoder.0"
    activation: str


ACTIVATIONS = {
    "linear": lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
}

# Derivatives as functions of the activation's own output y; relu'(0) = 0.
DERIVATIVES = {
    "linear": np.ones_like,
    "relu": lambda y: (y > 0).astype(y.dtype),
    "sigmoid": lambda y: y * (1 - y),
    "tanh": lambda y: 1 - y * y,
}


def forward(layers, params, x):
    """Pairs (z, y), one a layer: pre-activation and activation, both [B, out]."""
    steps = []
    for layer in layers:
        z = x @ params[f"{layer.name}.weight"].T + params[f"{layer.name}.bias"]
        x = ACTIVATIONS[layer.activation](z)
        steps.append((z, x))
    return steps


def loss_value(loss, layers, steps, x):
    """Mean over samples of the mean over outputs, summed in float64."""
    z, y = (a.astype(np.float64) for a in steps[-1])
    x = x.astype(np.float64)
    if loss == "meanSquaredError":
        return float(np.mean((y - x) ** 2))
    if layers[-1].activation == "sigmoid":
        return float(np.mean(np.maximum(z, 0) - z * x + np.log1p(np.exp(-np.abs(z)))))
    p = np.clip(y, CLIP, 1 - CLIP)
    return float(np.mean(-(x * np.log(p) + (1 - x) * np.log(1 - p))))


def output_delta(loss, layers, steps, x):
    """Gradient of the loss in the last pre-activation, [B, D]."""
    y = steps[-1][1]
    activation = layers[-1].activation
    if loss == "meanSquaredError":
        return 2 * (y - x) / x.size * DERIVATIVES[activation](y)
    if activation == "sigmoid":
        return (y - x) / x.size
    p = np.clip(y, CLIP, 1 - CLIP)
    inside = (y >= CLIP) & (y <= 1 - CLIP)
    return np.where(inside, (p - x) / (p * (1 - p)), 0).astype(y.dtype) / x.size * DERIVATIVES[activation](y)


def loss_and_gradients(loss, layers, params, x):
    """The loss (float) and its gradient for every parameter, by name."""
    steps = forward(layers, params, x)
    delta = output_delta(loss, layers, steps, x)
    gradients = {}
    for i in range(len(layers) - 1, -1, -1):
        source = x if i == 0 else steps[i - 1][1]
        weight = f"{layers[i].name}.weight"
        gradients[weight] = delta.T @ source
        gradients[f"{layers[i].name}.bias"] = delta.sum(axis=0)
        if i > 0:
            delta = (delta @ params[weight]) * DERIVATIVES[layers[i - 1].activation](source)
    return loss_value(loss, layers, steps, x), gradients


def relu_margin(layers, params, x):
    """Smallest |z| in front of any ReLU: how far every unit is from the kink."""
    margins = [
        float(np.abs(z).min())
        for layer, (z, _) in zip(layers, forward(layers, params, x))
        if layer.activation == "relu"
    ]
    return min(margins, default=np.inf)
