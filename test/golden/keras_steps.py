"""Ten steps of Adam on small networks of Keras's layers, in float64: losses, the parameters after them with batch
normalization's running statistics, and the loss of an evaluation.

    python3 test/golden/keras_steps.py            # writes keras_steps.json; needs Keras 3 and JAX
    python3 test/golden/keras_steps.py --check    # writes nothing, compares with the file

Layers stand as Isthmus describes them, which are Keras's names in camelCase; a layer has Keras's defaults for what is
left out. Weights are turned to the shapes of PyTorch's modules, as Isthmus has them.
"""
import os
import re
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"  # TensorFlow has no dilated transposed convolutions on a CPU.
os.environ["JAX_ENABLE_X64"] = "1"

import keras  # noqa: E402
import numpy as np  # noqa: E402

from golden_file import write_or_check  # noqa: E402
from hashed import hashed_uniform  # noqa: E402

FILE = Path(__file__).parent / "keras_steps.json"
BATCH, STEPS = 6, 10

same = {"padding": "same"}
strided = {"strides": 2, "padding": "same"}


def layer(kind, **options):
    return {"kind": kind, **options}


def kernel(kind, filters, size, activation, **options):
    return layer(kind, filters=filters, kernelSize=size, activation=activation, **options)


def dense(units, activation="linear"):
    return layer("dense", units=units, activation=activation)


# Name, shape of a sample, encoder and decoder. Biases have an activation between them and a normalization: right before
# one their gradient would be 0, and Adam would follow the noise of its rounding.
CASES = [
    ("strided sequences", (12, 2), [
        kernel("conv1d", 4, 3, "tanh", **strided), layer("batchNormalization"),
        kernel("conv1d", 3, 2, "silu", dilationRate=2),
    ], [
        kernel("conv1dTranspose", 4, 3, "tanh", strides=2), layer("layerNormalization"), layer("flatten"), dense(24),
        layer("reshape", shape=(12, 2)),
    ]),
    ("pooled pictures", (8, 6, 2), [
        kernel("conv2d", 4, 3, "relu", **same), layer("maxPooling2d"), layer("batchNormalization"),
        kernel("conv2d", 3, (2, 3), "tanh", **same),
    ], [kernel("conv2dTranspose", 4, 3, "silu", **strided), kernel("conv2d", 2, 3, "sigmoid", **same)]),
    ("enlarged pictures", (6, 4, 1), [
        kernel("conv2d", 3, 3, "tanh", **same), layer("averagePooling2d", poolSize=(3, 2), strides=(2, 2), **same),
        layer("batchNormalization", momentum=0.9, epsilon=1e-5), kernel("conv2d", 4, 2, "silu", **same),
    ], [
        layer("upSampling2d"), kernel("conv2dTranspose", 3, 3, "tanh", **same), layer("layerNormalization", epsilon=1e-5),
        layer("upSampling2d", size=(1, 2), interpolation="bilinear"), layer("maxPooling2d", poolSize=(1, 2)),
        kernel("conv2dTranspose", 1, (2, 3), "sigmoid", **same),
    ]),
    ("dilated pictures", (7, 7, 1), [
        kernel("conv2d", 3, 3, "tanh", dilationRate=2), layer("batchNormalization", scale=False),
        layer("globalAveragePooling2d"), dense(4, "tanh"),
    ], [
        dense(18, "tanh"), layer("reshape", shape=(3, 3, 2)), kernel("conv2dTranspose", 2, 3, "tanh", dilationRate=2),
        kernel("conv2d", 1, 1, "sigmoid"),
    ]),
    ("pictures of odd sizes, strided", (7, 5, 2), [
        kernel("conv2d", 3, (4, 3), "tanh", **strided), kernel("conv2d", 4, 3, "silu", strides=(2, 1), **same),
        layer("batchNormalization", center=False), layer("flatten"), dense(5, "tanh"),
    ], [
        dense(12, "tanh"), layer("reshape", shape=(3, 2, 2)),
        kernel("conv2dTranspose", 2, (3, 2), "sigmoid", strides=2), layer("averagePooling2d", poolSize=(1, 1)),
        layer("flatten"), dense(70), layer("reshape", shape=(7, 5, 2)),
    ]),
    ("pooled sequences", (10, 1), [
        kernel("conv1d", 3, 5, "tanh", **same), layer("maxPooling1d", poolSize=3, strides=2, **same),
        layer("averagePooling1d", poolSize=2), layer("flatten"), dense(3, "tanh"),
    ], [
        layer("repeatVector", n=5), kernel("conv1d", 4, 3, "silu", **same), layer("upSampling1d"),
        layer("batchNormalization"), kernel("conv1dTranspose", 1, 3, "sigmoid", **same),
    ]),
]

CLASSES = {"conv1d": "Conv1D", "conv1dTranspose": "Conv1DTranspose", "conv2d": "Conv2D",
           "conv2dTranspose": "Conv2DTranspose", "maxPooling1d": "MaxPooling1D", "maxPooling2d": "MaxPooling2D",
           "averagePooling1d": "AveragePooling1D", "averagePooling2d": "AveragePooling2D",
           "globalAveragePooling2d": "GlobalAveragePooling2D", "upSampling1d": "UpSampling1D",
           "upSampling2d": "UpSampling2D"}
# Arguments that have another name in Keras.
ARGUMENTS = {"shape": "target_shape"}
PARAMETERS = {"kernel": "weight", "gamma": "weight", "beta": "bias", "moving_mean": "running_mean",
              "moving_variance": "running_var"}


def keras_layer(described):
    kind, options = described["kind"], {k: v for k, v in described.items() if k != "kind"}
    named = {ARGUMENTS.get(k, re.sub("[A-Z]", lambda m: "_" + m[0].lower(), k)): v for k, v in options.items()}
    return getattr(keras.layers, CLASSES.get(kind, kind[0].upper() + kind[1:]))(**named)


def turned(kind, values):
    """A kernel of Keras in PyTorch's shape, or the other way round: they are each other's inverse on the last two axes."""
    if values.ndim == 1:
        return values
    # Keras has […kernel, in, out], or […kernel, out, in] for transposed layers; PyTorch [out, in, …] and [in, out, …].
    return np.moveaxis(values, (-1, -2), (0, 1))


def parameters(half, layers):
    """(name, kind, Keras's variable) of each parameter; layers with parameters count from 0 in each half."""
    weighted = [(kind, built) for kind, built in layers if built.weights]
    for index, (kind, built) in enumerate(weighted):
        for variable in built.weights:
            yield f"{half}.{index}.{PARAMETERS.get(variable.name, variable.name)}", kind, variable


def start(name, tag, shape):
    """Where a parameter starts: small numbers that are not 0, so that one that is left out shows."""
    low, high = (0.5, 1.5) if name.endswith("running_var") else (-0.35, 0.4)
    return hashed_uniform(tag, int(np.prod(shape)), low, high).astype(np.float64).reshape(shape)


def run(number, name, shape, encoder, decoder):
    halves = {"encoder": encoder, "decoder": decoder}
    layers = {half: [(each["kind"], keras_layer(each)) for each in described] for half, described in halves.items()}
    model = keras.Sequential([keras.Input(shape), *(built for half in layers.values() for _, built in half)])
    assert model.output_shape[1:] == shape, (name, model.output_shape)
    named = [each for half, built in layers.items() for each in parameters(half, built)]
    tag = 1000 * (number + 1)
    for index, (parameter, kind, variable) in enumerate(named):
        torch_shape = turned(kind, np.zeros(variable.shape)).shape
        values = start(parameter, tag + 1 + index, torch_shape)
        back = values if values.ndim == 1 else np.moveaxis(values, (0, 1), (-1, -2))
        variable.assign(back)
    data = hashed_uniform(tag, BATCH * int(np.prod(shape)), 0, 1).astype(np.float64).reshape(BATCH, *shape)
    model.compile(keras.optimizers.Adam(), "mse")
    loss = [model.fit(data, data, batch_size=BATCH, shuffle=False, verbose=0).history["loss"][0] for _ in range(STEPS)]
    trained = [(parameter, turned(kind, np.asarray(variable.value))) for parameter, kind, variable in named]
    return {"name": name, "inputShape": list(shape), "encoder": encoder, "decoder": decoder, "tag": tag,
            "loss": [float(value) for value in loss],
            "evaluation": float(model.evaluate(data, data, batch_size=BATCH, verbose=0)),
            "parameters": [{"name": parameter, "shape": list(values.shape), "values": values.ravel().tolist()}
                           for parameter, values in trained]}


def make():
    keras.config.set_floatx("float64")
    return {"batch": BATCH, "keras": keras.__version__, "cases": [run(i, *case) for i, case in enumerate(CASES)]}


if __name__ == "__main__":
    write_or_check(FILE, make(), indent=None)
