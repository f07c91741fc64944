"""The same networks by PyTorch's autograd and torch.optim, float64: a second opinion on the NumPy code."""
import numpy as np
import torch
import torch.nn.functional as F

from network import CLIP

ACTIVATIONS = {"linear": lambda z: z, "relu": torch.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh}


def _tensors(params, dtype):
    return {name: torch.tensor(value, dtype=dtype, requires_grad=True) for name, value in params.items()}


def _loss(loss, layers, tensors, x):
    y = x
    for layer in layers:
        z = F.linear(y, tensors[f"{layer.name}.weight"], tensors[f"{layer.name}.bias"])
        y = ACTIVATIONS[layer.activation](z)
    if loss == "meanSquaredError":
        return F.mse_loss(y, x)
    if layers[-1].activation == "sigmoid":
        return F.binary_cross_entropy_with_logits(z, x)
    p = torch.clamp(y, CLIP, 1 - CLIP)
    return -(x * torch.log(p) + (1 - x) * torch.log(1 - p)).mean()


def loss_and_gradients(loss, layers, params, x, dtype=torch.float64):
    """The mean loss (float) and the gradient of every parameter (NumPy float64), by autograd in `dtype`."""
    tensors = _tensors(params, dtype)
    value = _loss(loss, layers, tensors, torch.tensor(x, dtype=dtype))
    value.backward()
    return value.item(), {name: t.grad.numpy().astype(np.float64) for name, t in tensors.items()}


def _optimizer(options, tensors):
    if options["name"] == "adam":
        betas = (options["beta1"], options["beta2"])
        return torch.optim.Adam(tensors, lr=options["learningRate"], betas=betas)
    return torch.optim.SGD(
        tensors, lr=options["learningRate"], momentum=options["momentum"], nesterov=options["nesterov"]
    )


def train(loss, layers, params, x, options, steps, keras_epsilon=True):
    """The loss before each of `steps` updates on the one batch x, and the parameters after the last."""
    tensors = _tensors(params, torch.float64)
    x = torch.tensor(x, dtype=torch.float64)
    optimizer = _optimizer(options, list(tensors.values()))
    losses = []
    for step in range(1, steps + 1):
        if options["name"] == "adam":
            # PyTorch adds epsilon to sqrt(v) / sqrt(1 - beta2^t), Keras to sqrt(v): this makes them one rule.
            scale = (1 - options["beta2"] ** step) ** 0.5 if keras_epsilon else 1
            optimizer.param_groups[0]["eps"] = options["epsilon"] / scale
        optimizer.zero_grad()
        value = _loss(loss, layers, tensors, x)
        value.backward()
        optimizer.step()
        losses.append(value.item())
    return losses, {name: t.detach().numpy() for name, t in tensors.items()}
