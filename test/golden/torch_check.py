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


class _Nadam:
    """Keras's Nadam on PyTorch's tensors. PyTorch's own has another momentum, and before 2.0 took it twice."""

    def __init__(self, tensors, rate, betas, epsilon):
        self.tensors, self.rate, self.betas, self.epsilon = tensors, rate, betas, epsilon
        self.gradients = [[] for _ in tensors]

    def zero_grad(self):
        for t in self.tensors:
            t.grad = None

    def step(self):
        """From all gradients so far: the moments as weighted sums instead of running means."""
        beta1, beta2 = self.betas
        for tensor, gradients in zip(self.tensors, self.gradients):
            gradients.append(tensor.grad)
            steps = len(gradients)
            age = torch.arange(steps - 1, -1, -1, dtype=torch.float64)
            stack = torch.stack(gradients)
            m = torch.tensordot((1 - beta1) * beta1**age, stack, 1)
            v = torch.tensordot((1 - beta2) * beta2**age, stack**2, 1)
            u = beta1 * (1 - 0.5 * 0.96 ** torch.arange(1, steps + 2, dtype=torch.float64))
            ahead = u[-1] * m / (1 - u.prod()) + (1 - u[-2]) * tensor.grad / (1 - u[:-1].prod())
            with torch.no_grad():
                tensor -= self.rate * ahead / ((v / (1 - beta2**steps)).sqrt() + self.epsilon)


def _optimizer(options, tensors):
    rate, name = options["learningRate"], options["name"]
    if name == "sgd":
        return torch.optim.SGD(tensors, lr=rate, momentum=options["momentum"], nesterov=options["nesterov"])
    if name == "rmsprop":
        more = {"alpha": options["rho"], "momentum": options["momentum"], "centered": options["centered"]}
        return torch.optim.RMSprop(tensors, lr=rate, eps=options["epsilon"], **more)
    if name == "adagrad":
        initial = options["initialAccumulatorValue"]
        return torch.optim.Adagrad(tensors, lr=rate, initial_accumulator_value=initial, eps=options["epsilon"])
    if name == "adadelta":
        return torch.optim.Adadelta(tensors, lr=rate, rho=options["rho"], eps=options["epsilon"])
    betas = (options["beta1"], options["beta2"])
    if name == "adamw":
        return torch.optim.AdamW(tensors, lr=rate, betas=betas, weight_decay=options["weightDecay"])
    if name == "nadam":
        return _Nadam(tensors, rate, betas, options["epsilon"])
    return torch.optim.Adam(tensors, lr=rate, betas=betas)


def _clip(options, tensors):
    """Clips the gradients. PyTorch's clip_grad_norm_ adds 1e-6 to the norm, Keras nothing."""
    if "clipValue" in options:
        torch.nn.utils.clip_grad_value_(tensors, options["clipValue"])
    groups = [[t] for t in tensors] if "clipNorm" in options else [tensors]
    limit = options.get("clipNorm", options.get("globalClipNorm"))
    if limit is None:
        return
    for group in groups:
        norm = torch.linalg.vector_norm(torch.cat([t.grad.reshape(-1) for t in group]))
        for t in group:
            t.grad.mul_(torch.clamp(limit / norm, max=1.0))


def _penalty(factors, tensors):
    weights = [t for name, t in tensors.items() if name.endswith("weight")]
    return sum(factors["l1"] * w.abs().sum() + factors["l2"] * w.square().sum() for w in weights)


def train(loss, layers, params, x, options, steps, keras_epsilon=True, penalty=None):
    """The loss before each of `steps` updates on the one batch x, and the parameters after the last."""
    tensors = _tensors(params, torch.float64)
    x = torch.tensor(x, dtype=torch.float64)
    optimizer = _optimizer(options, list(tensors.values()))
    losses = []
    for step in range(1, steps + 1):
        if options["name"] in ("adam", "adamw"):
            # PyTorch adds epsilon to sqrt(v) / sqrt(1 - beta2^t), Keras to sqrt(v): this makes them one rule.
            scale = (1 - options["beta2"] ** step) ** 0.5 if keras_epsilon else 1
            optimizer.param_groups[0]["eps"] = options["epsilon"] / scale
        optimizer.zero_grad()
        value = _loss(loss, layers, tensors, x)
        if penalty:
            value = value + _penalty(penalty, tensors)
        value.backward()
        _clip(options, list(tensors.values()))
        optimizer.step()
        losses.append(value.item())
    return losses, {name: t.detach().numpy() for name, t in tensors.items()}
