"""Writes the tf-… models of golden/: autoencoders of Keras as tf2onnx writes them, and what Keras makes of samples.

Needs tensorflow, keras and tf2onnx. Usage: python make_golden_tf.py
"""

import json
import pathlib

import keras
import numpy
import tensorflow
import tf2onnx
from keras import layers

FOLDER = pathlib.Path(__file__).parent / "golden"


def images():
    return [
        layers.Conv2D(4, 3, activation="relu", padding="same"), layers.MaxPooling2D(2, padding="same"),
        layers.Conv2D(4, 3, strides=2, padding="same"), layers.BatchNormalization(), layers.ReLU(), layers.Flatten(), layers.Dense(3),
        layers.Dense(16), layers.Reshape((2, 2, 4)), layers.Conv2DTranspose(4, 3, strides=2, activation="relu", padding="same"),
        layers.UpSampling2D(2), layers.Conv2D(1, 3, activation="sigmoid", padding="same"),
    ]


def sequences():
    return [
        layers.Conv1D(5, 3, strides=2, padding="same", activation="swish"), layers.MaxPooling1D(2), layers.Conv1D(2, 2, padding="same"),
        layers.UpSampling1D(4), layers.Conv1D(2, 3, padding="same"),
    ]


def write(name, shape, stack):
    model = keras.Sequential([keras.Input(shape), *stack])
    model.compile("adam", "mse")
    generator = numpy.random.default_rng(1)
    # So that normalizations have seen something.
    model.fit(generator.random((32, *shape)), generator.random((32, *shape)), verbose=0)
    samples = generator.random((3, *shape), numpy.float32)
    signature = [tensorflow.TensorSpec((None, *shape), tensorflow.float32, name="x")]
    function = tensorflow.function(lambda x: model(x, training=False), input_signature=signature)
    tf2onnx.convert.from_function(function, input_signature=signature, opset=18, output_path=str(FOLDER / f"{name}.onnx"))
    result = model.predict(samples, verbose=0)
    numbers = {"samples": samples, "outputs": result}
    rounded = {key: [round(float(x), 7) for x in values.flatten()] for key, values in numbers.items()}
    (FOLDER / f"{name}.json").write_text(json.dumps({"shape": list(samples.shape), **rounded}) + "\n")


keras.utils.set_random_seed(7)
write("tf-images", (8, 8, 1), images())
write("tf-sequences", (16, 2), sequences())
