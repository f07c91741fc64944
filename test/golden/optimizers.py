"""Update rules as Keras 3 states them (keras/src/optimizers/adam.py, sgd.py); params change in place."""
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


def create(options):
    """The optimizer that `options` describes: {"name": "adam" | "sgd", ...its constructor's arguments}."""
    arguments = {key: value for key, value in options.items() if key != "name"}
    return {"adam": Adam, "sgd": Sgd}[options["name"]](**arguments)
