"""Runs exported modules, and says how far their outputs are from those that came along.

    python3 test/exchange/pytorch_models.py FOLDER    # prints a JSON object: what was found, by model

FOLDER has a folder for each model: model.py and model.safetensors as exported, expected.json with samples, codes and
outputs, and, where it has the same names, Isthmus's own file, which is loaded strictly as well.
"""
import importlib.util
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file


def imported(path):
    spec = importlib.util.spec_from_file_location(f"model_{path.parent.name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def check(folder):
    program = imported(folder / "model.py")
    expected = json.loads((folder / "expected.json").read_text())
    samples = torch.tensor(expected["samples"]).reshape(-1, *expected["inputShape"])
    model = program.load(folder / "model.safetensors")
    assert {tensor.dtype for tensor in model.state_dict().values()} == {torch.float32}
    own = folder / "isthmus.safetensors"
    if own.exists():
        model.load_state_dict(load_file(own), strict=True)
    with torch.no_grad():
        codes, outputs = model.encode(samples), model(samples)
    assert list(codes.shape[1:]) == expected["latentShape"], (codes.shape, expected["latentShape"])
    assert outputs.shape == samples.shape and outputs.dtype == torch.float32
    size = max(1.0, max(abs(value) for value in expected["outputs"]))
    difference = max(
        (found.flatten() - torch.tensor(expected[name])).abs().max().item() / size
        for name, found in [("codes", codes), ("outputs", outputs)]
    )
    torch.manual_seed(1)
    trained = model.train()(samples)
    trained.square().mean().backward()
    assert all(parameter.grad is not None for parameter in model.parameters())
    otherwise = (trained - outputs).abs().max().item() > 1e-5 * size
    return {"difference": difference, "trainsOtherwise": otherwise}


if __name__ == "__main__":
    torch.set_num_threads(1)
    folders = [path for path in Path(sys.argv[1]).iterdir() if path.is_dir()]
    print(json.dumps({folder.name: check(folder) for folder in folders}))
