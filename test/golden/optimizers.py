"""Update rules, clipping and weight penalties as Keras 3 states them (keras/src/optimizers, keras/src/regularizers).

Parameters change in place.
"""
import numpy as np


class Adam:
    """m += (1 - b1)(g - m); v += (1 - b2)(g^2 - v);
    theta -= lr * sqrt(1 - b2^t) / (1 - b1^t) * m / (sqrt(v) + eps), t from 1.
    """

    def __init__(self, learningRate, beta1, beta2, epsilon):
        self.rate, self.beta1, self.beta2, self.epsilon = learningRate, beta1, beta2, epsilon
        self.t, self.m, self.v = 0, {}, {}

    def step(self, params, gradients):
        self.t += 1
        alpha = self.rate * (1 - self.beta2**self.t) ** 0.5 / (1 - self.beta1**self.t)
        for name, g in gradients.items():
            m = self.m.setdefault(name, np.zeros_like(g))
            v = self.v.setdefault(name, np.zeros_like(g))
            m += (1 - self.beta1) * (g - m)
            v += (1 - self.beta2) * (g * g - v)
            params[name] -= alpha * m / (np.sqrt(v) + self.epsilon)


class Sgd:
    """v = mu v - lr g; theta += v, or with Nesterov theta += mu v - lr g."""

    def __init__(self, learningRate, momentum, nesterov):
        self.rate, self.momentum, self.nesterov = learningRate, momentum, nesterov
        self.velocity = {}

    def step(self, params, gradients):
        for name, g in gradients.items():
            v = self.velocity.get(name, np.zeros_like(g))
            v = self.momentum * v - self.rate * g
            self.velocity[name] = v
            params[name] += self.momentum * v - self.rate * g if self.nesterov else v


class AdamW(Adam):
    """theta -= lr * wd * theta, then Adam."""

    def __init__(self, learningRate, beta1, beta2, epsilon, weightDecay):
        super().__init__(learningRate, beta1, beta2, epsilon)
        self.decay = weightDecay

    def step(self, params, gradients):
        for name in gradients:
            params[name] -= params[name] * (self.rate * self.decay)
        super().step(params, gradients)


class Nadam:
    """u_t = b1 (1 - 0.96^t / 2), U_t = u_1 ... u_t; m and v as Adam's;
    m^ = u_{t+1} m / (1 - U_{t+1}) + (1 - u_t) g / (1 - U_t); theta -= lr * m^ / (sqrt(v / (1 - b2^t)) + eps).
    """

    def __init__(self, learningRate, beta1, beta2, epsilon):
        self.rate, self.beta1, self.beta2, self.epsilon = learningRate, beta1, beta2, epsilon
        self.t, self.product, self.m, self.v = 0, 1.0, {}, {}

    def step(self, params, gradients):
        self.t += 1
        now = self.beta1 * (1 - 0.5 * 0.96**self.t)
        following = self.beta1 * (1 - 0.5 * 0.96 ** (self.t + 1))
        self.product *= now
        for name, g in gradients.items():
            m = self.m.setdefault(name, np.zeros_like(g))
            v = self.v.setdefault(name, np.zeros_like(g))
            m += (1 - self.beta1) * (g - m)
            v += (1 - self.beta2) * (g * g - v)
            ahead = following * m / (1 - self.product * following) + (1 - now) * g / (1 - self.product)
            params[name] -= self.rate * ahead / (np.sqrt(v / (1 - self.beta2**self.t)) + self.epsilon)


class RmsProp:
    """v = rho v + (1 - rho) g^2; d = lr g / sqrt(v + eps), centered lr g / sqrt(v - a^2 + eps) with the mean gradient a;
    theta -= d, or with momentum m = mu m + d, theta -= m.
    """

    def __init__(self, learningRate, rho, momentum, epsilon, centered):
        self.rate, self.rho, self.momentum, self.epsilon = learningRate, rho, momentum, epsilon
        self.centered, self.v, self.a, self.m = centered, {}, {}, {}

    def step(self, params, gradients):
        for name, g in gradients.items():
            v = self.v[name] = self.rho * self.v.get(name, 0) + (1 - self.rho) * g * g
            if self.centered:
                a = self.a[name] = self.rho * self.a.get(name, 0) + (1 - self.rho) * g
                v = v - a * a
            d = self.rate * g / np.sqrt(v + self.epsilon)
            m = self.m[name] = self.momentum * self.m.get(name, 0) + d
            params[name] -= m


class Adagrad:
    """a += g^2; theta -= lr g / sqrt(a + eps)."""

    def __init__(self, learningRate, initialAccumulatorValue, epsilon):
        self.rate, self.initial, self.epsilon = learningRate, initialAccumulatorValue, epsilon
        self.a = {}

    def step(self, params, gradients):
        for name, g in gradients.items():
            a = self.a.setdefault(name, np.full_like(g, self.initial))
            a += g * g
            params[name] -= self.rate * g / np.sqrt(a + self.epsilon)


class Adadelta:
    """a = rho a + (1 - rho) g^2; x = g sqrt(d + eps) / sqrt(a + eps); d = rho d + (1 - rho) x^2; theta -= lr x."""

    def __init__(self, learningRate, rho, epsilon):
        self.rate, self.rho, self.epsilon = learningRate, rho, epsilon
        self.a, self.d = {}, {}

    def step(self, params, gradients):
        for name, g in gradients.items():
            d = self.d.get(name, np.zeros_like(g))
            a = self.a[name] = self.rho * self.a.get(name, 0) + (1 - self.rho) * g * g
            x = g * np.sqrt(d + self.epsilon) / np.sqrt(a + self.epsilon)
            self.d[name] = self.rho * d + (1 - self.rho) * x * x
            params[name] -= self.rate * x


CLIPPING = ("clipValue", "clipNorm", "globalClipNorm")


def norm(values):
    """Euclidean norm of several arrays, summed in float64."""
    return float(np.sqrt(sum(float(np.sum(v.astype(np.float64) ** 2)) for v in values)))


def clip(options, gradients):
    """The gradients after the clipping that the optimizer's options ask for."""
    if "clipValue" in options:
        limit = options["clipValue"]
        return {name: np.clip(g, -limit, limit) for name, g in gradients.items()}
    if "clipNorm" in options:
        limit = options["clipNorm"]
        return {name: g * (limit / max(norm([g]), limit)) for name, g in gradients.items()}
    if "globalClipNorm" in options:
        limit = options["globalClipNorm"]
        scale = limit / max(norm(gradients.values()), limit)
        return {name: g * scale for name, g in gradients.items()}
    return gradients


def penalty(factors, params):
    """What the weights add to the loss: l1 sum|w| + l2 sum w^2, over the matrices."""
    weights = [v.astype(np.float64) for name, v in params.items() if name.endswith("weight")]
    return float(sum(factors["l1"] * np.abs(w).sum() + factors["l2"] * (w * w).sum() for w in weights))


def add_penalty_gradients(factors, params, gradients):
    for name, g in gradients.items():
        if name.endswith("weight"):
            g += factors["l1"] * np.sign(params[name]) + 2 * factors["l2"] * params[name]


OPTIMIZERS = {
    "adam": Adam,
    "adamw": AdamW,
    "nadam": Nadam,
    "rmsprop": RmsProp,
    "adagrad": Adagrad,
    "adadelta": Adadelta,
    "sgd": Sgd,
}


def create(options):
    """The optimizer that `options` describes: {"name": …, its constructor's arguments, and how to clip}."""
    arguments = {key: value for key, value in options.items() if key not in ("name", *CLIPPING)}
    return OPTIMIZERS[options["name"]](**arguments)
