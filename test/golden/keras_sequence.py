"""A sequence autoencoder, LSTM 64 -> code of 8 -> repeated -> LSTM 64, in Keras, on windows of a series.

    python3 test/golden/keras_sequence.py             # writes keras_sequence.json: ten steps from Isthmus's own start
    python3 test/golden/keras_sequence.py --check     # writes nothing, compares with the file
    python3 test/golden/keras_sequence.py --seeds     # prints what three seeds reach

Needs Keras 3 with JAX (the seeds run with any KERAS_BACKEND), ../shared/data and a build. The start is what Isthmus
draws, handed over as a .keras file; its ten steps of Adam run in float64, all on the same batch. The seeds start from
Keras's own weights, in float32, and train as test/canon/sequence.test.ts does: on windows of the first eleven days, and
the figure is the loss of those of the last three.
"""
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

# On TensorFlow, float64 steps of Adam take its 0.999 from float32: they are too short by 7e-6 of themselves.
os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_ENABLE_X64", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras  # noqa: E402
import numpy as np  # noqa: E402

from golden_file import write_or_check  # noqa: E402

HERE = Path(__file__).parent
SERIES = HERE / "../../../shared/data/series/art_daily_small_noise.csv"
LENGTH, STRIDE = 48, 12  # of a window, and from the start of one to that of the next
STEPS, BATCH, EPOCHS = 10, 32, 40
DAY, TRAINING_DAYS = 288, 11


def windows():
    """Windows of the first eleven days, and of the last three, standardized by the former: [windows, LENGTH, 1]."""
    lines = SERIES.read_text().split("\n")[1:]
    values = np.array([float(line.split(",")[1]) for line in lines if line])
    training = values[: TRAINING_DAYS * DAY]
    values = (values - training.mean()) / training.std()
    return [np.stack([part[start : start + LENGTH] for start in range(0, len(part) - LENGTH + 1, STRIDE)])[..., None]
            for part in (values[: len(training)], values[len(training) :])]


def in_float64(model):
    """The same model, whose layers are float32, in float64."""
    config = json.loads(json.dumps(model.get_config()).replace('"float32"', '"float64"'))
    double = keras.Sequential.from_config(config)
    double.set_weights(model.get_weights())
    return double


def first_steps():
    keras.config.set_floatx("float64")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "start.keras")
        subprocess.run(["node", str(HERE / "sequenceStart.mjs"), str(file), str(LENGTH)], check=True)
        model = in_float64(keras.models.load_model(file))
    batch = windows()[0][:BATCH]
    model.compile(keras.optimizers.Adam(), "mse")
    fit = {"batch_size": BATCH, "shuffle": False, "verbose": 0}
    loss = [model.fit(batch, batch, **fit).history["loss"][0] for _ in range(STEPS)]
    outputs = np.asarray(model(batch))[:, :, 0]
    return {"keras": keras.__version__, "loss": [float(each) for each in loss], "outputs": outputs.ravel().tolist()}


def held_out_losses():
    training, held_out = (each.astype("float32") for each in windows())
    print(f"{len(training)} windows, {len(held_out)} held out; Keras {keras.__version__}")
    for seed in (1, 2, 3):
        keras.utils.set_random_seed(seed)
        layers = keras.layers
        model = keras.Sequential([
            keras.Input((LENGTH, 1)), layers.LSTM(64), layers.Dense(8), layers.RepeatVector(LENGTH),
            layers.LSTM(64, return_sequences=True), layers.TimeDistributed(layers.Dense(1))])
        assert model.count_params() == 36_169
        model.compile(keras.optimizers.Adam(), "mse")
        model.fit(training, training, batch_size=BATCH, epochs=EPOCHS, verbose=0)
        losses = [model.evaluate(each, each, verbose=0) for each in (training, held_out)]
        print(f"seed {seed}: training {losses[0]:.4f}, held out {losses[1]:.4f}", flush=True)


if __name__ == "__main__":
    if "--seeds" in sys.argv:
        held_out_losses()
    else:
        write_or_check(HERE / "keras_sequence.json", first_steps(), indent=None)
