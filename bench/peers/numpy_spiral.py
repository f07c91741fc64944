"""The spiral network (2 -> 1 -> 2, sigmoid, gradient descent on full batches) from scratch in NumPy, float64.

The data and the starting weights come from NumPy's legacy generator with seed 42, in the order that
gives the published losses: x1, x2, encoder weights, decoder weights.
"""
import time

from protocol import count, serve

SEED = 42
LEARNING_RATE = 1.0


def spiral(np, random, samples):
    """Points [samples, 2] of a noisy spiral, each axis scaled to [0, 1]."""
    t = np.linspace(0, 2 * np.pi, samples)
    x1 = t * np.cos(t) + 0.3 * random.randn(samples)
    x2 = t * np.sin(t) + 0.3 * random.randn(samples)
    points = np.stack([x1, x2], axis=1)
    low, high = points.min(axis=0), points.max(axis=0)
    return (points - low) / (high - low)


class SpiralAutoencoder:
    def __init__(self, np, random):
        self.np = np
        scale = np.sqrt(2 / (2 + 1))
        self.w_encoder = random.randn(1, 2) * scale
        self.w_decoder = random.randn(2, 1) * scale
        self.b_encoder = np.zeros((1, 1))
        self.b_decoder = np.zeros((2, 1))

    def sigmoid(self, z):
        return 1 / (1 + self.np.exp(-z))

    def epoch(self, x):
        """One update on x [2, samples]; returns mean((x - output)^2) before it."""
        np = self.np
        code = self.sigmoid(self.w_encoder @ x + self.b_encoder)
        output = self.sigmoid(self.w_decoder @ code + self.b_decoder)
        error = output - x
        d_output = error * output * (1 - output)
        d_code = (self.w_decoder.T @ d_output) * code * (1 - code)
        rate = LEARNING_RATE / x.shape[1]
        self.w_decoder -= rate * (d_output @ code.T)
        self.b_decoder -= rate * d_output.sum(axis=1, keepdims=True)
        self.w_encoder -= rate * (d_code @ x.T)
        self.b_encoder -= rate * d_code.sum(axis=1, keepdims=True)
        return np.mean(error**2)


def prepare(request):
    import numpy as np

    random = np.random.RandomState(SEED)
    x = np.ascontiguousarray(spiral(np, random, count(request, "samples")).T)
    model = SpiralAutoencoder(np, random)

    def run(order):
        epochs = count(order, "epochs")
        loss = None
        start = time.perf_counter()
        for _ in range(epochs):
            loss = model.epoch(x)
        return {"ms": (time.perf_counter() - start) * 1e3, "loss": float(loss)}

    return {"name": "NumPy", "version": np.__version__, "details": "from scratch, vectorized, float64"}, run


if __name__ == "__main__":
    serve({"spiral": prepare})
