"""NumPy, float32: one training step of F -> L (ReLU) -> F (sigmoid) with every array allocated beforehand.

The number of threads is BLAS's and is read from the environment (OPENBLAS_NUM_THREADS) when NumPy is imported.
"""
from protocol import (BETA1, BETA2, EPSILON, LEARNING_RATE, blas_in_use, serve, shuffled_batches, step_sizes,
                      time_steps)


def prepare(request):
    samples, features, latent, batch, seed = step_sizes(request)
    import numpy as np

    random = np.random.default_rng(seed)
    data = random.random((samples, features), np.float32)
    batches = shuffled_batches(samples, batch, lambda: random.permutation(samples))

    def fill(x):
        rows = next(batches)
        np.take(data, rows, axis=0, out=x[: len(rows)], mode="clip")  # "raise" would go through a copy
        return len(rows)

    step = make_step(np, random, features, latent, batch, fill)
    np.ones((64, 64), np.float32) @ np.ones((64, 64), np.float32)
    blas, warning = blas_in_use()
    facts = {"name": "NumPy", "version": np.__version__, "details": f"float32, {blas}", "warning": warning}
    return facts, lambda order: time_steps(step, order)


class Parameters:
    """Weights [F, L] and [L, F] and biases as views of one block; gradients and moments likewise."""

    def __init__(self, np, features, latent, random):
        self.np = np
        shapes = [(features, latent), (latent,), (latent, features), (features,)]
        size = sum(int(np.prod(shape)) for shape in shapes)
        block = lambda: np.zeros(size, np.float32)
        self.values, self.gradients, self.first, self.second = block(), block(), block(), block()
        self.scratch, self.update = block(), block()
        self.time = 0
        self.value = self.views(self.values, shapes)
        self.gradient = self.views(self.gradients, shapes)
        limit = np.sqrt(6 / (features + latent))  # Glorot uniform
        for i in (0, 2):
            self.value[i][:] = random.uniform(-limit, limit, shapes[i])

    @staticmethod
    def views(block, shapes):
        views, start = [], 0
        for shape in shapes:
            stop = start
            stop += shape[0] * (shape[1] if len(shape) > 1 else 1)
            views.append(block[start:stop].reshape(shape))
            start = stop
        return views

    def adam(self):
        np, g, scratch, update = self.np, self.gradients, self.scratch, self.update
        self.time += 1
        correction = (1 - BETA2**self.time) ** 0.5
        self.first *= BETA1
        np.multiply(g, 1 - BETA1, out=scratch)
        self.first += scratch
        self.second *= BETA2
        np.multiply(g, g, out=scratch)
        scratch *= 1 - BETA2
        self.second += scratch
        np.sqrt(self.second, out=scratch)
        scratch += EPSILON * correction
        np.divide(self.first, scratch, out=update)
        update *= LEARNING_RATE * correction / (1 - BETA1**self.time)
        self.values -= update


def make_step(np, random, features, latent, batch, fill):
    """A function that trains one step; `fill(x)` writes a batch to the first rows of x, and returns how many."""
    parameters = Parameters(np, features, latent, random)
    (w1, b1, w2, b2), (dw1, db1, dw2, db2) = parameters.value, parameters.gradient
    x_all, z_all, u_all = (np.empty((batch, features), np.float32) for _ in range(3))
    h_all, dh_all = (np.empty((batch, latent), np.float32) for _ in range(2))

    def step():
        n = fill(x_all)
        x, z, u, h, dh = x_all[:n], z_all[:n], u_all[:n], h_all[:n], dh_all[:n]
        np.matmul(x, w1, out=h)
        h += b1
        np.maximum(h, 0, out=h)
        np.matmul(h, w2, out=z)
        z += b2
        loss = delta_from_logits(np, z, x, u)
        np.matmul(h.T, z, out=dw2)
        np.sum(z, axis=0, out=db2)
        np.matmul(z, w2.T, out=dh)
        dh *= h > 0
        np.matmul(x.T, dh, out=dw1)
        np.sum(dh, axis=0, out=db1)
        parameters.adam()
        return loss

    return step


def delta_from_logits(np, z, x, u):
    """Mean cross-entropy, log(1 + e^-z) + z (1 - x), of logits z; z becomes (sigmoid(z) - x) / size, u is scratch."""
    np.maximum(z, -80, out=z)  # e^80 is still finite in float32
    linear = float(z.sum()) - float(np.vdot(z, x))
    np.negative(z, out=u)
    np.exp(u, out=u)
    u += 1
    np.divide(1, u, out=z)
    z -= x
    z *= 1 / z.size
    np.log(u, out=u)
    return (linear + float(u.sum())) / z.size


if __name__ == "__main__":
    serve({"step": prepare})
