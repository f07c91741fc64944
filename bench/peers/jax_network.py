"""JAX on the CPU: one training step of a network, compiled to one program that takes a batch, its gradients and applies
Adam, with the state given away so that XLA may write in place. Channels are last, as XLA's convolutions on a CPU like it."""
import math
import os

from network import TRIAL_RATE, listed, logits, network_request, without_noise
from protocol import BETA1, BETA2, EPSILON, LEARNING_RATE, serve, shuffled_batches, time_steps


def prepare(request):
    asked = network_request(request)
    # JAX has as many threads as the process has processors.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: asked.threads])
    os.environ["JAX_PLATFORMS"] = "cpu"
    import jax
    import numpy as np

    data = jax.numpy.asarray(asked.samples)
    trial = make_step(jax, asked, without_noise(asked.layers), sgd)
    losses = [trial(data[: asked.batch]) for _ in range(asked.trial)]
    step = make_step(jax, asked, asked.layers, adam)
    take = jax.jit(lambda rows: data[rows])
    random = np.random.default_rng(asked.seed)
    batches = shuffled_batches(asked.rows, asked.batch, lambda: random.permutation(asked.rows))
    facts = {"name": "JAX", "version": jax.__version__, "losses": losses,
             "details": f"jit, donated state, {asked.threads} thread(s)"}
    return facts, lambda order: time_steps(lambda: step(take(next(batches))), order)


def make_step(jax, asked, layers, update):
    """A function of a batch that trains one step and returns the loss before it."""
    layers, from_logits = logits(layers, asked.loss)
    numpy = jax.numpy
    functions, weights = build(jax, asked.shape, layers, asked.weights)

    def loss_of(weights, x, key):
        y = x
        for index, function in enumerate(functions):
            y = function(weights[index], y, jax.random.fold_in(key, index))
        if not from_logits:
            return numpy.mean((y - x) ** 2)
        # Of logits. Written with max(y, 0) and |y| it would have another gradient at 0, which outputs of digits often are.
        return numpy.mean(jax.nn.softplus(y) - x * y)

    def train(state, x):
        key = jax.random.fold_in(jax.random.key(asked.seed), state["count"])
        loss, gradients = jax.value_and_grad(loss_of)(state["weights"], x, key)
        return loss, update(jax, state, gradients)

    # Copies, since a donated state is gone after the step.
    zeros = lambda: jax.tree.map(numpy.zeros_like, weights)
    state = {"weights": weights, "first": zeros(), "second": zeros(), "count": numpy.int32(0)}
    compiled = jax.jit(train, donate_argnums=0)

    def step(x):
        nonlocal state
        loss, state = compiled(state, x)
        return loss.item()

    return step


def build(jax, shape, layers, given):
    """For each layer a function (its weights, x, key) → y, and its weights, turned from PyTorch's shapes."""
    numpy = jax.numpy
    # PyTorch has two biases of a recurrent layer, Keras one; the other one stays 0.
    given = iter(values for name, values in given if not name.endswith("bias_hh_l0"))
    functions, weights, shape = [], [], list(shape)
    for layer in layers:
        kind = layer["kind"]
        function, shape, count = KINDS.get(kind, convolution if kind.startswith("conv") else unknown)(jax, layer, shape)
        functions.append(activated(jax, layer, function) if layer.get("activation") == "relu" else function)
        weights.append([numpy.array(turned(next(given))) for _ in range(count)])
    return functions, weights


def turned(values):
    """PyTorch's [out, in, …kernel] (of transposed layers [in, out, …kernel]) as […kernel, in, out]."""
    import numpy as np

    return values if values.ndim == 1 else np.moveaxis(values, (0, 1), (-1, -2))


def activated(jax, layer, function):
    return lambda weights, x, key: jax.nn.relu(function(weights, x, key))


# Each of these returns its function (weights, x, key) → y, the shape of a sample behind it, and how many weights it has.


def convolution(jax, layer, shape):
    assert layer["padding"] == "same"
    dimensions = len(shape) - 1
    strides = listed(layer.get("strides", 1), dimensions)
    spatial = "HW"[-dimensions:]
    order = (f"N{spatial}C", f"{spatial}IO", f"N{spatial}C")
    if layer["kind"].endswith("Transpose"):
        lengths = [n * s for n, s in zip(shape, strides)]

        def product(x, kernel):
            return jax.lax.conv_transpose(x, kernel, strides, "SAME", dimension_numbers=order, transpose_kernel=True)
    else:
        lengths = [-(-n // s) for n, s in zip(shape, strides)]

        def product(x, kernel):
            return jax.lax.conv_general_dilated(x, kernel, strides, "SAME", dimension_numbers=order)

    return lambda weights, x, key: product(x, weights[0]) + weights[1], [*lengths, layer["filters"]], 2


def dense(jax, layer, shape):
    return lambda weights, x, key: x @ weights[0] + weights[1], [*shape[:-1], layer["units"]], 2


def lstm(jax, layer, shape):
    """The products with all inputs are one; those with the states run in a scan."""
    numpy, units = jax.numpy, layer["units"]
    sequences = layer.get("returnSequences", False)

    def function(weights, x, key):
        of_input, of_state, bias = weights

        def advance(state, inputs):
            h, c = state
            i, f, g, o = numpy.split(inputs + h @ of_state, 4, axis=-1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * numpy.tanh(g)
            h = jax.nn.sigmoid(o) * numpy.tanh(c)
            return (h, c), h if sequences else None

        start = numpy.zeros((len(x), units), x.dtype)
        inputs = numpy.swapaxes(x, 0, 1) @ of_input + bias
        (last, _), every = jax.lax.scan(advance, (start, start), inputs)
        return numpy.swapaxes(every, 0, 1) if sequences else last

    return function, [*(shape[:-1] if sequences else []), units], 3


def max_pooling(jax, layer, shape):
    """As reduce_window, whose gradient goes to the first of equal values, as elsewhere; digits have many."""
    size = layer["poolSize"]
    window = (1, size, size, 1)

    def function(weights, x, key):
        return jax.lax.reduce_window(x, -math.inf, jax.lax.max, window, window, "VALID")

    return function, [shape[0] // size, shape[1] // size, shape[2]], 0


def dropout(jax, layer, shape):
    kept = 1 - layer["rate"]
    return lambda weights, x, key: x * jax.random.bernoulli(key, kept, x.shape) / kept, shape, 0


def flatten(jax, layer, shape):
    return lambda weights, x, key: x.reshape(len(x), -1), [math.prod(shape)], 0


def reshape(jax, layer, shape):
    return lambda weights, x, key: x.reshape(len(x), *layer["shape"]), list(layer["shape"]), 0


def repeat_vector(jax, layer, shape):
    return lambda weights, x, key: jax.numpy.repeat(x[:, None], layer["n"], 1), [layer["n"], *shape], 0


def unknown(jax, layer, shape):
    raise ValueError(f"kind: got {layer['kind']!r}, wanted a layer of networks.mjs")


KINDS = {"dense": dense, "lstm": lstm, "maxPooling2d": max_pooling, "dropout": dropout, "flatten": flatten,
         "reshape": reshape, "repeatVector": repeat_vector}


def sgd(jax, state, gradients):
    weights = jax.tree.map(lambda w, g: w - TRIAL_RATE * g, state["weights"], gradients)
    return {**state, "weights": weights, "count": state["count"] + 1}


def adam(jax, state, gradients):
    numpy, each = jax.numpy, jax.tree.map
    count = state["count"] + 1
    first = each(lambda m, g: BETA1 * m + (1 - BETA1) * g, state["first"], gradients)
    second = each(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, state["second"], gradients)
    rate = LEARNING_RATE * numpy.sqrt(1 - BETA2**count) / (1 - BETA1**count)
    weights = each(lambda w, m, v: w - rate * m / (numpy.sqrt(v) + EPSILON), state["weights"], first, second)
    return {"weights": weights, "first": first, "second": second, "count": count}


if __name__ == "__main__":
    serve({"network": prepare})
