"""Keras on TensorFlow or JAX, on the CPU: one training step of a network of the canon, compiled to one graph that takes a
batch, the gradients and applies Adam, which is faster than `train_on_batch`. `"backend"` is "tensorflow" or "jax"."""
import os
import re

from network import TRIAL_RATE, logits, network_request, without_noise
from protocol import (BETA1, BETA2, EPSILON, LEARNING_RATE, choice, serve, shuffled_batches, time_steps)

CLASSES = {"conv1d": "Conv1D", "conv1dTranspose": "Conv1DTranspose", "conv2d": "Conv2D",
           "conv2dTranspose": "Conv2DTranspose", "maxPooling2d": "MaxPooling2D", "lstm": "LSTM"}
ARGUMENTS = {"shape": "target_shape"}


def prepare(request):
    asked = network_request(request)
    backend = choice(request, "backend", ["tensorflow", "jax"])
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ["KERAS_BACKEND"] = backend
    if backend == "jax":
        # JAX has as many threads as the process has processors.
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: asked.threads])
    import keras
    import numpy as np

    keras.utils.set_random_seed(asked.seed)
    make, details = (tensorflow if backend == "tensorflow" else jax)(keras, asked)
    trial = make(without_noise(asked.layers), keras.optimizers.SGD(TRIAL_RATE))
    step = make(asked.layers, keras.optimizers.Adam(LEARNING_RATE, beta_1=BETA1, beta_2=BETA2, epsilon=EPSILON))
    losses = [float(trial(np.arange(asked.batch))) for _ in range(asked.trial)]
    random = np.random.default_rng(asked.seed)
    batches = shuffled_batches(asked.rows, asked.batch, lambda: random.permutation(asked.rows))
    facts = {"name": "Keras", "version": keras.__version__, "losses": losses,
             "details": f"{details}, {asked.threads} thread(s)"}
    return facts, lambda order: time_steps(lambda: step(next(batches)), order)


def tensorflow(keras, asked):
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(asked.threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.set_visible_devices([], "GPU")
    data = tf.constant(asked.samples)

    def make(layers, optimizer):
        model, criterion = build(keras, asked, layers)
        optimizer.build(model.trainable_variables)

        @tf.function(input_signature=[tf.TensorSpec([None], tf.int64)])
        def train(rows):
            x = tf.gather(data, rows)
            with tf.GradientTape() as tape:
                loss = criterion(x, model(x, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            return loss

        return lambda rows: train(tf.constant(rows, tf.int64)).numpy()

    return make, f"TensorFlow {tf.__version__}, tf.function"


def jax(keras, asked):
    import jax

    data = jax.numpy.asarray(asked.samples)

    def make(layers, optimizer):
        model, criterion = build(keras, asked, layers)
        optimizer.build(model.trainable_variables)

        def forward(trained, others, x):
            y, others = model.stateless_call(trained, others, x, training=True)
            return criterion(x, y), others

        @jax.jit
        def train(state, rows):
            trained, others, slots = state
            value = jax.value_and_grad(forward, has_aux=True)
            (loss, others), gradients = value(trained, others, data[rows])
            trained, slots = optimizer.stateless_apply(slots, gradients, trained)
            return loss, (trained, others, slots)

        state = tuple([variable.value for variable in variables] for variables in (
            model.trainable_variables, model.non_trainable_variables, optimizer.variables))

        def step(rows):
            nonlocal state
            loss, state = train(state, rows)
            return loss.item()

        return step

    return make, f"JAX {jax.__version__}, one jit"


def build(keras, asked, layers):
    """A model that starts from the weights asked for, and its loss."""
    layers, from_logits = logits(layers, asked.loss)
    model = keras.Sequential([keras.Input(asked.shape), *map(keras_layer, [keras] * len(layers), layers)])
    # Keras keeps one bias of a recurrent layer; the other one is 0.
    given = (values for name, values in asked.weights if not name.endswith("bias_hh_l0"))
    for variable in model.weights:
        if "seed" not in variable.path:
            variable.assign(turned(next(given)))
    loss = keras.losses.BinaryCrossentropy(from_logits=True) if from_logits else keras.losses.MeanSquaredError()
    return model, loss


def keras_layer(keras, described):
    kind = described["kind"]
    named = {ARGUMENTS.get(key, re.sub("[A-Z]", lambda m: "_" + m[0].lower(), key)): value
             for key, value in described.items() if key != "kind"}
    return getattr(keras.layers, CLASSES.get(kind, kind[0].upper() + kind[1:]))(**named)


def turned(values):
    """PyTorch's [out, in, …kernel] (of transposed layers [in, out, …kernel]) as Keras's […kernel, in, out]."""
    import numpy as np

    return values if values.ndim == 1 else np.moveaxis(values, (0, 1), (-1, -2))


if __name__ == "__main__":
    serve({"network": prepare})
