"""Small models of other tools with what they make of samples, for the tests of imports.

    python3 test/exchange/golden/make_golden.py keras    # writes the files of Keras; needs Keras 3, JAX and h5py
    python3 test/exchange/golden/make_golden.py torch    # writes those of PyTorch; needs torch and safetensors

Each model has NAME.json beside it: samples, and the outputs of the origin.
"""
import json
import os
import sys
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent
ROWS = 4


def samples_of(shape):
    size = ROWS * int(np.prod(shape))
    # Numbers of no pattern, the same everywhere.
    return ((np.arange(1, size + 1) * 0.6180339887498949) % 1).astype("float32").reshape(ROWS, *shape)


def write(name, samples, outputs):
    rounded = {key: [float(f"{value:.7g}") for value in np.asarray(array, "float32").ravel()]
               for key, array in {"samples": samples, "outputs": outputs}.items()}
    (FOLDER / f"{name}.json").write_text(json.dumps(rounded) + "\n")


def compress(path):
    """Zips a file of Keras again, which does not compress, for most of it is zeros."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def keras_models():
    os.environ["KERAS_BACKEND"] = "jax"
    import keras
    from keras import layers

    keras.utils.set_random_seed(7)

    def unsettled(model):
        """Weights that are not what they start as: biases, normalizations."""
        random = np.random.default_rng(3)
        model.set_weights([value + random.uniform(0.05, 0.3, value.shape).astype(value.dtype)
                           if value.dtype.kind == "f" else value for value in model.get_weights()])
        for layer in model.layers:
            if isinstance(layer, layers.Normalization):
                layer.finalize_state()

    def save(name, model, endings):
        unsettled(model)
        samples = samples_of(model.input_shape[1:])
        for ending in endings:
            path = FOLDER / f"{name}.{ending}"
            (model.save_weights if ending == "weights.h5" else model.save)(path)
            if ending == "keras":
                compress(path)
            if ending == "weights.h5":
                (FOLDER / f"{name}.architecture.json").write_text(model.to_json())
        write(name, samples, model.predict(samples, verbose=0))

    inputs = keras.Input((8,), name="sample")
    hidden = layers.Dense(6)(inputs)
    hidden = layers.BatchNormalization()(hidden)
    hidden = layers.LeakyReLU(negative_slope=0.2)(hidden)
    hidden = layers.Dropout(0.2)(hidden)
    code = layers.Dense(2, activation="tanh", name="bottleneck")(hidden)
    hidden = layers.Dense(6, activation="gelu")(code)
    save("functional", keras.Model(inputs, layers.Dense(8, activation="sigmoid")(hidden)), ["keras", "weights.h5"])

    encoder = keras.Sequential([
        keras.Input((8, 8, 1)), layers.Conv2D(3, 3, strides=2, padding="same", activation="relu"),
        layers.MaxPooling2D(2, padding="same"), layers.Flatten(), layers.Dense(3)], name="encoder")
    decoder = keras.Sequential([
        keras.Input((3,)), layers.Dense(12, activation="elu"), layers.Reshape((2, 2, -1)),
        layers.Conv2DTranspose(2, 3, strides=2, padding="same", activation="silu"), layers.UpSampling2D(2),
        layers.Conv2D(1, 3, padding="same", activation="sigmoid")], name="decoder")
    inputs = keras.Input((8, 8, 1))
    save("nested", keras.Model(inputs, decoder(encoder(inputs))), ["keras"])

    normalization = layers.Normalization()
    normalization.adapt(samples_of((6, 2)) * [3, 50] + [1, -20])
    save("sequences", keras.Sequential([
        keras.Input((6, 2)), normalization, layers.LSTM(4), layers.RepeatVector(6),
        layers.GRU(4, return_sequences=True), layers.LayerNormalization(), layers.TimeDistributed(layers.Dense(2))]), ["keras"])
    save("legacy", keras.Sequential([
        keras.Input((5,)), layers.Dense(2, activation="selu"), layers.Dense(5, use_bias=False)]), ["h5"])


def torch_models():
    import torch
    from safetensors.torch import save_file
    from torch import nn

    torch.manual_seed(7)

    class Sequences(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.LSTM(2, 4, num_layers=2, batch_first=True)
            self.decoder = nn.ModuleDict({"rnn": nn.GRU(4, 5, batch_first=True), "s": nn.Linear(5, 2)})

        def forward(self, x):
            code = self.encoder(x)[0][:, -1:]
            return self.decoder["s"](self.decoder["rnn"](code.repeat(1, x.shape[1], 1))[0])

    def save(name, model, samples, dtype=None):
        for value in model.state_dict().values():
            if value.is_floating_point() and value.ndim == 1:
                value += 0.1 + 0.2 * torch.rand(value.shape)
        if dtype:
            model.to(dtype).float()
        state = model.eval().state_dict()
        # Channels are last in the samples here.
        first = torch.tensor(samples)
        moved = first.movedim(-1, 1) if samples.ndim == 4 else first
        with torch.no_grad():
            result = model(moved)
        write(name, samples, (result.movedim(1, -1) if samples.ndim == 4 else result).numpy())
        save_file({key: (value.to(dtype) if dtype and value.is_floating_point() else value).contiguous()
                   for key, value in state.items()}, FOLDER / f"{name}.safetensors")

    halves = {"encoder": nn.Sequential(nn.Linear(8, 6), nn.ReLU(), nn.Linear(6, 2)),
              "decoder": nn.Sequential(nn.Linear(2, 6), nn.ReLU(), nn.Linear(6, 8))}
    for name, dtype in {"linear_f16": torch.float16, "linear_bf16": torch.bfloat16, "linear_f64": torch.float64}.items():
        save(name, nn.Sequential(OrderedDict(halves)), samples_of((8,)), dtype)
    flat = nn.Sequential(nn.Linear(8, 6), nn.BatchNorm1d(6), nn.Tanh(), nn.Linear(6, 2), nn.Linear(2, 6), nn.Tanh(),
                         nn.Linear(6, 8), nn.Sigmoid())
    save("normalized", flat, samples_of((8,)))

    class Pictures(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Sequential(
                nn.Conv2d(2, 3, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(3, 4, 3, stride=2, padding=1), nn.ReLU(),
                nn.Flatten(), nn.Linear(16, 3))
            self.decoder = nn.Sequential(
                nn.Linear(3, 16), nn.ReLU(), nn.Unflatten(1, (4, 2, 2)),
                nn.ConvTranspose2d(4, 3, 3, stride=2, padding=1, output_padding=1), nn.ReLU(),
                nn.ConvTranspose2d(3, 2, 4, stride=2, padding=1), nn.Sigmoid())

        def forward(self, x):
            return self.decoder(self.encoder(x))

    save("pictures", Pictures(), samples_of((8, 8, 2)))
    save("recurrent", Sequences(), samples_of((6, 2)))

    class Variational(nn.Module):
        """The names of PyTorch's example of a VAE: https://github.com/pytorch/examples/tree/main/vae"""

        def __init__(self):
            super().__init__()
            self.fc1, self.fc21, self.fc22 = nn.Linear(8, 6), nn.Linear(6, 2), nn.Linear(6, 2)
            self.fc3, self.fc4 = nn.Linear(2, 6), nn.Linear(6, 8)

        def forward(self, x):
            mean = self.fc21(torch.relu(self.fc1(x)))
            return torch.sigmoid(self.fc4(torch.relu(self.fc3(mean))))

    class Headed(nn.Module):
        """A layer behind both halves, which their names sort before."""

        def __init__(self):
            super().__init__()
            self.encoder, self.decoder = nn.GRU(2, 4, batch_first=True), nn.GRU(4, 5, batch_first=True)
            self.output = nn.Linear(5, 2)

        def forward(self, x):
            code = self.encoder(x)[1].squeeze(0).unsqueeze(1)
            return self.output(self.decoder(code.expand(-1, x.shape[1], -1))[0])

    save("variational", Variational(), samples_of((8,)))
    save("headed", Headed(), samples_of((6, 2)))


if __name__ == "__main__":
    {"keras": keras_models, "torch": torch_models}[sys.argv[1]]()
