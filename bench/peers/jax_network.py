"""JAX on the CPU: one training step of a dense network, compiled to one program that takes a batch, its gradients and
applies Adam, with the state given away so that XLA may write in place."""
import os

from network import TRIAL_RATE, logits, network_request
from protocol import BETA1, BETA2, EPSILON, LEARNING_RATE, Unavailable, serve, shuffled_batches, time_steps


def prepare(request):
    asked = network_request(request)
    if any(layer["kind"] != "dense" for layer in asked.layers):
        raise Unavailable("this peer has dense layers alone; keras-jax has the others")
    # JAX has as many threads as the process has processors.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: asked.threads])
    os.environ["JAX_PLATFORMS"] = "cpu"
    import jax
    import numpy as np

    data = jax.numpy.asarray(asked.samples)
    trial = make_step(jax, asked, sgd)
    losses = [trial(data[: asked.batch]) for _ in range(asked.trial)]
    step = make_step(jax, asked, adam)
    take = jax.jit(lambda rows: data[rows])
    random = np.random.default_rng(asked.seed)
    batches = shuffled_batches(asked.rows, asked.batch, lambda: random.permutation(asked.rows))
    facts = {"name": "JAX", "version": jax.__version__, "losses": losses,
             "details": f"jit, donated state, {asked.threads} thread(s)"}
    return facts, lambda order: time_steps(lambda: step(take(next(batches))), order)


def make_step(jax, asked, update):
    """A function of a batch that trains one step and returns the loss before it."""
    layers, from_logits = logits(asked.layers, asked.loss)
    assert from_logits, "this peer has cross-entropy alone"
    numpy = jax.numpy
    start = [numpy.asarray(values) for _, values in asked.weights]
    weights = [values.T if values.ndim == 2 else values for values in start]

    def loss_of(weights, x):
        y = x
        for index, layer in enumerate(layers):
            y = y @ weights[2 * index] + weights[2 * index + 1]
            if layer["activation"] == "relu":
                y = jax.nn.relu(y)
        # Of logits: max(y, 0) − x·y + log(1 + exp(−|y|)).
        return numpy.mean(numpy.maximum(y, 0) - x * y + numpy.log1p(numpy.exp(-numpy.abs(y))))

    def train(state, x):
        loss, gradients = jax.value_and_grad(loss_of)(state["weights"], x)
        return loss, update(jax, state, gradients)

    # Copies, since a donated state is gone after the step.
    zeros = [numpy.zeros_like(each) for each in weights]
    state = {"weights": [each + 0 for each in weights], "first": zeros, "second": [each + 0 for each in zeros], "count": 0.0}
    compiled = jax.jit(train, donate_argnums=0)

    def step(x):
        nonlocal state
        loss, state = compiled(state, x)
        return loss.item()

    return step


def sgd(_, state, gradients):
    return {**state, "weights": [w - TRIAL_RATE * g for w, g in zip(state["weights"], gradients)]}


def adam(jax, state, gradients):
    numpy = jax.numpy
    count = state["count"] + 1
    first = [BETA1 * m + (1 - BETA1) * g for m, g in zip(state["first"], gradients)]
    second = [BETA2 * v + (1 - BETA2) * g * g for v, g in zip(state["second"], gradients)]
    rate = LEARNING_RATE * numpy.sqrt(1 - BETA2**count) / (1 - BETA1**count)
    weights = [w - rate * m / (numpy.sqrt(v) + EPSILON) for w, m, v in zip(state["weights"], first, second)]
    return {"weights": weights, "first": first, "second": second, "count": count}


if __name__ == "__main__":
    serve({"network": prepare})
