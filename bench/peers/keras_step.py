"""Keras on TensorFlow, on the CPU: one training step of F -> L (ReLU) -> F (sigmoid), compiled to one graph.

The data set is a tensor; one `tf.function` gathers the batch, takes the gradients and applies Adam, which is faster than
`train_on_batch`. XLA is asked for with `"xla": true`.
"""
import os

from protocol import (BETA1, BETA2, EPSILON, LEARNING_RATE, Unavailable, count, serve, shuffled_batches, step_sizes,
                      time_steps)


def prepare(request):
    samples, features, latent, batch, seed = step_sizes(request)
    threads = count(request, "threads")
    xla = request.get("xla", False)
    if not isinstance(xla, bool):
        raise ValueError(f"xla: got {xla!r}, wanted true or false")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    import keras
    import numpy as np
    import tensorflow as tf

    try:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    except RuntimeError as error:  # TensorFlow takes these once a process
        if tf.config.threading.get_intra_op_parallelism_threads() != threads:
            raise Unavailable(f"threads: a running TensorFlow cannot change them; start a new peer ({error})") from error
    tf.config.set_visible_devices([], "GPU")
    keras.utils.set_random_seed(seed)
    step = make_step(keras, np, tf, samples, features, latent, batch, seed, xla)
    details = f"TensorFlow {tf.__version__}, tf.function{' with XLA' if xla else ''}, {threads} thread(s)"
    facts = {"name": "Keras", "version": keras.__version__, "details": details}
    return facts, lambda order: time_steps(step, order)


def make_step(keras, np, tf, samples, features, latent, batch, seed, xla):
    data = tf.random.uniform((samples, features))
    model = keras.Sequential(
        [keras.Input((features,)), keras.layers.Dense(latent, activation="relu"), keras.layers.Dense(features)]
    )
    optimizer = keras.optimizers.Adam(LEARNING_RATE, beta_1=BETA1, beta_2=BETA2, epsilon=EPSILON)
    optimizer.build(model.trainable_variables)
    criterion = keras.losses.BinaryCrossentropy(from_logits=True)

    @tf.function(jit_compile=xla, input_signature=[tf.TensorSpec([None], tf.int64)])
    def train(rows):
        x = tf.gather(data, rows)
        with tf.GradientTape() as tape:
            loss = criterion(x, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss

    # Not tf.random.shuffle: each eager call gets a seed and with it a kernel of its own, which stays in memory.
    random = np.random.default_rng(seed)
    batches = shuffled_batches(samples, batch, lambda: tf.constant(random.permutation(samples), tf.int64))
    return lambda: train(next(batches)).numpy()


if __name__ == "__main__":
    serve({"step": prepare})
