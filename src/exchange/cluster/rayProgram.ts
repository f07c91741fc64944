/** `ray_train.py`: the training of `train.py` under Ray Train. */
export const RAY_TRAIN_PROGRAM = `"""
Continues the run of this folder under Ray Train, on a cluster or on this machine:

    python3 ray_train.py --workers 2 --data /shared/samples.npy --epochs 20 --out /shared/continued.safetensors

All options but --workers and --gpu are those of train.py. Every worker must see the files under these paths.
"""

import argparse
import os
from pathlib import Path

import ray
from ray.train import ScalingConfig
from ray.train.torch import TorchTrainer, get_device

HERE = Path(__file__).resolve().parent


def work(config):
    """What each worker does. Ray has made the processes known to each other."""
    import train

    run = train.train(train.arguments_of("", config["words"]), get_device())
    ray.train.report({"loss": run.history["loss"][-1], "epochs": len(run.history["loss"])})


def absolute(words):
    """Workers run in folders of their own."""
    return [os.path.abspath(word) if index > 0 and not word.startswith("--") and not word.isdigit() else word
            for index, word in enumerate(words)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--gpu", action="store_true", help="a GPU for each worker")
    own, words = parser.parse_known_args()
    if "--out" not in words:
        words += ["--out", "continued.safetensors"]
    excluded = ["*.npy", "*.parquet", "*-ubyte", "*.part", "continued.safetensors"]
    ray.init(runtime_env={"working_dir": str(HERE), "excludes": excluded})
    scaling = ScalingConfig(num_workers=own.workers, use_gpu=own.gpu)
    trainer = TorchTrainer(work, train_loop_config={"words": absolute(words)}, scaling_config=scaling)
    trainer.fit()


if __name__ == "__main__":
    main()
`;

/** `score.py`: predictions by ONNX in Ray Data. */
export const SCORE_PROGRAM = `"""
Scores samples by an ONNX model, in Ray Data:

    python3 score.py --data /shared/samples/ --out /shared/scores/ --workers 4

--data is NPY or Parquet files, or a folder of them; many files of some 100 MB each are read side by side. --out gets
Parquet files with a row for each sample, in their order: the error (the mean squared difference from the
reconstruction), or score and flag if --model is a detector's graph. It needs ray[data] and onnxruntime.

After more training, write the model anew: isthmus export continued.safetensors --to onnx --out model.onnx
"""

import argparse
import os
from math import prod
from pathlib import Path

import numpy as np
import ray


class Scorer:
    """An onnxruntime session, one in each worker."""

    def __init__(self, model):
        import onnxruntime

        self.session = onnxruntime.InferenceSession(model, providers=onnxruntime.get_available_providers())
        self.input = self.session.get_inputs()[0]
        self.outputs = [output.name for output in self.session.get_outputs()]

    def samples(self, batch):
        columns = list(batch.values())
        values = columns[0] if len(columns) == 1 else np.stack(columns, axis=1)
        values = np.stack(values) if values.dtype == object else values
        values = values / 255 if values.dtype == np.uint8 else values
        return values.astype(np.float32).reshape(len(values), *self.input.shape[1:])

    def __call__(self, batch):
        samples = self.samples(batch)
        found = dict(zip(self.outputs, self.session.run(self.outputs, {self.input.name: samples})))
        if "score" in found:
            return {name: found[name].reshape(len(samples)) for name in ("score", "flag")}
        difference = found["reconstruction"] - samples
        return {"error": np.square(difference).reshape(len(samples), prod(samples.shape[1:])).mean(1)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="+", required=True)
    parser.add_argument("--out", required=True, help="folder for the scores")
    parser.add_argument("--model", default=Path(__file__).resolve().parent / "model.onnx")
    parser.add_argument("--workers", type=int, default=2, help="at most; one core reads")
    parser.add_argument("--batch", type=int, default=1024, help="samples at a time")
    arguments = parser.parse_args()
    ray.data.DataContext.get_current().execution_options.preserve_order = True
    first = Path(arguments.data[0])
    mapped = first.suffix == ".npy" or first.is_dir() and any(first.glob("*.npy"))
    read = ray.data.read_numpy if mapped else ray.data.read_parquet
    paths = [os.path.abspath(path) for path in arguments.data]
    ray.init()
    # Reading needs a core as well, or nothing ever begins.
    cores = int(ray.cluster_resources()["CPU"])
    workers = min(arguments.workers, max(1, cores - 1))
    scored = read(paths).map_batches(
        Scorer,
        fn_constructor_args=[os.path.abspath(arguments.model)],
        batch_size=arguments.batch,
        num_cpus=1 if cores > 1 else 0.5,
        compute=ray.data.ActorPoolStrategy(size=workers),
    )
    scored.write_parquet(os.path.abspath(arguments.out))


if __name__ == "__main__":
    main()
`;
