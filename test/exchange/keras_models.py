"""Opens each file NUMBER.PART.keras of a folder with keras.models.load_model and prints, by name, the largest difference
from what NUMBER.json says of its outputs.

    python3 test/exchange/keras_models.py FOLDER
"""
import json
import os
import sys
from pathlib import Path

# TensorFlow has no dilated transposed convolutions on a CPU, and JAX compiles every model.
os.environ.setdefault("KERAS_BACKEND", "numpy")

import keras  # noqa: E402
import numpy as np  # noqa: E402

folder = Path(sys.argv[1])
found = {}
for path in sorted(folder.glob("*.json")):
    case = json.loads(path.read_text())
    arrays = {name: np.array(values, "float32") for name, values in case["arrays"].items()}
    for part, (given, wanted) in {"model": ("samples", "reconstructions"), "encoder": ("samples", "codes"),
                                  "decoder": ("codes", "reconstructions")}.items():
        model = keras.models.load_model(folder / f"{path.stem}.{part}.keras")
        inputs = arrays[given].reshape(-1, *model.input_shape[1:])
        outputs = np.asarray(model(inputs)).reshape(arrays[wanted].shape)
        found[f"{path.stem}.{part}"] = float(np.max(np.abs(outputs - arrays[wanted]) / case["unit"]))
        if part == "model":
            assert [layer.name for layer in model.layers] == ["encoder", "decoder"], model.layers
print(json.dumps(found))
