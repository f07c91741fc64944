"""Models of Keras with as many layers and options as imports know: files, and what they make of samples.

    python3 test/exchange/keras_imports.py FOLDER
"""
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "numpy")

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers as L  # noqa: E402

folder = Path(sys.argv[1])
random = np.random.default_rng(5)
keras.utils.set_random_seed(5)


def chain(shape, *inner, name=None):
    return keras.Sequential([keras.Input(shape), *inner], name=name)


def functional(shape, *inner):
    inputs = outputs = keras.Input(shape)
    for layer in inner:
        outputs = layer(outputs)
    return keras.Model(inputs, outputs)


MODELS = {
    "dense": chain((7,), L.Dense(5, activation="leaky_relu"), L.BatchNormalization(scale=False, epsilon=1e-5), L.ReLU(),
                   L.AlphaDropout(0.1), L.Dense(3, activation=keras.activations.mish), L.LayerNormalization(center=False),
                   L.Dense(6, use_bias=False), L.ELU(), L.Activation("softplus"), L.Dense(7, activation="selu")),
    "rescaled": functional((4, 4, 3), L.Rescaling(1 / 127.5, offset=-1), L.Conv2D(4, (2, 3), strides=(2, 1), padding="same"),
                           L.SpatialDropout2D(0.2), L.MaxPooling2D((2, 1), strides=1), L.Flatten(), L.Dense(5), L.Dense(12),
                           L.Reshape((2, 2, 3)), L.UpSampling2D(2, interpolation="bilinear"),
                           L.Conv2DTranspose(3, 3, padding="same", dilation_rate=2)),
    "scaled": chain((5,), L.Normalization(mean=[1, 2, 3, 4, 5.5], variance=[1, 2, 3, 4, 5]), L.Dense(2, activation="gelu"),
                    L.Dense(5), L.Normalization(mean=[1, 2, 3, 4, 5.5], variance=[1, 2, 3, 4, 5], invert=True)),
    "nested": functional((8, 2), chain((8, 2), L.Conv1D(3, 3, strides=2, padding="same"), L.BatchNormalization(),
                                       L.AveragePooling1D(2), L.GlobalAveragePooling1D(), name="encoder"),
                         functional((3,), L.RepeatVector(4), L.UpSampling1D(2), L.BatchNormalization(),
                                    L.Conv1DTranspose(2, 3, padding="same"))),
    "recurrent": chain((5, 3), L.GRU(4, return_sequences=True, dropout=0.2), L.LSTM(2, activation="softplus", use_bias=False),
                       L.RepeatVector(5), L.GRU(3, return_sequences=True, use_bias=False), L.LSTM(4, return_sequences=True),
                       L.TimeDistributed(L.Dense(3, activation="sigmoid"))),
    "pictures": chain((6, 6, 1), L.Conv2D(2, 3, dilation_rate=2), L.AveragePooling2D(2, padding="same"),
                      L.GlobalAveragePooling2D(keepdims=True), L.Flatten(), L.Dense(9), L.Reshape((3, 3, 1)),
                      L.Conv2DTranspose(3, 2, strides=2), L.GaussianNoise(0.1), L.Dense(1)),
}

for name, model in MODELS.items():
    model.set_weights([value + random.uniform(0.05, 0.3, value.shape).astype(value.dtype) if value.dtype.kind == "f" else value
                       for value in model.get_weights()])
    samples = random.uniform(0, 1, (6, *model.input_shape[1:])).astype("float32")
    model.save(folder / f"{name}.keras")
    model.save(folder / f"{name}.h5")
    outputs = np.asarray(model(samples))
    (folder / f"{name}.json").write_text(json.dumps({"samples": samples.ravel().tolist(), "outputs": outputs.ravel().tolist()}))
