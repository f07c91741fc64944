import type { Autoencoder } from "../../autoencoder/autoencoder.js";
import { StateError } from "../../common/errors.js";
import { requireMethods } from "../../common/requireMethods.js";
import { encodeUtf8 } from "../../formats/utf8.js";
import type { TrainingOptions } from "../../training/progress.js";
import type { ExportedFile } from "../exportedFile.js";
import { type ModelGraph, modelGraph } from "../modelGraph.js";
import { modelProgram } from "../pytorch/modelProgram.js";
import { literal, stacked } from "../pytorch/pythonText.js";
import { CHECKPOINT_PROGRAM } from "./checkpointProgram.js";
import { DATA_PROGRAM } from "./dataProgram.js";
import { learningRateProgram } from "./learningRateProgram.js";
import { GLOBAL_MOMENTS, MAIN, PROCESSES, RUN } from "./loopProgram.js";
import { objectiveProgram } from "./objectiveProgram.js";
import { optimizerProgram } from "./optimizerProgram.js";

/**
 * Writes a training run for PyTorch, to go on with it on several processes, GPUs or machines, and to come back. The files
 * belong into one folder: `checkpoint.safetensors` with weights, the optimizer's state and the run's progress; `model.py`
 * as from `exportPyTorch`; `train.py`, which continues the run; `data.py` and `checkpoint.py`, which it needs.
 *
 *     torchrun --nproc-per-node 2 train.py --data samples.npy --epochs 20 --out continued.safetensors
 *
 * A batch has as many samples as before, divided among the processes; loss, penalties, batch normalization, gradient
 * clipping, learning rate and optimizer are those of Isthmus, so without shuffling and noise the run is the same up to
 * rounding. With shuffling and noise it goes on as well, with other random numbers. The checkpoint that it writes after
 * each epoch is one of Isthmus: `isthmus train DATA --resume continued.safetensors`, or `Autoencoder.fromCheckpoint`.
 *
 * @param model a model that has been trained, or loaded from a checkpoint
 * @throws {StateError} if it has not been trained, or comes from a file without the state of its training
 */
export function exportTorchrun(model: Autoencoder): ExportedFile[] {
  requireMethods("model", model, "an Autoencoder", ["getWeights", "toCheckpoint"]);
  const options = model.trainingOptions;
  if (!options) {
    throw new StateError(
      "the model has no training to continue: export a checkpoint, as train --checkpoint and toCheckpoint write it",
    );
  }
  const graph = modelGraph(model);
  const text = (name: string, source: string) => ({ name, bytes: encodeUtf8(source) });
  return [
    { name: "checkpoint.safetensors", bytes: model.toCheckpoint() },
    text("model.py", modelProgram(graph)),
    text("train.py", trainProgram(graph, options)),
    text("data.py", DATA_PROGRAM),
    text("checkpoint.py", CHECKPOINT_PROGRAM),
  ];
}

function trainProgram(graph: ModelGraph, { metrics }: TrainingOptions): string {
  const { optimizer, seed } = graph.description;
  return stacked([
    HEADING,
    `# Shape of a sample.
SHAPE = ${literal(graph.inputShape)}
SEED = ${seed}
HERE = Path(__file__).parent`,
    ...learningRateProgram(optimizer.learningRate),
    ...optimizerProgram(optimizer),
    PROCESSES,
    ...(graph.encoder.concat(graph.decoder).some(({ options }) => options.kind === "batchNormalization")
      ? [GLOBAL_MOMENTS]
      : []),
    ...objectiveProgram(graph, metrics),
    RUN,
    MAIN,
  ]);
}

const HEADING = `"""
Continues a training run of Isthmus in PyTorch, on any number of processes:

    torchrun --nproc-per-node 2 train.py --data samples.npy --epochs 20

After each epoch it writes a checkpoint, from which Isthmus goes on:

    isthmus train samples.npy --resume continued.safetensors --epochs 30 --out model.safetensors

Samples are in NPY, IDX or Parquet files, of which no process holds all. Shuffling is PyTorch's own: the order follows
from the model's seed and the number of the epoch, not from the number of processes. It needs torch and safetensors.
"""

import argparse
import json
import math
import os
import time
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
from torch import nn
from torch.nn import functional as F
from torch.nn.parallel import DistributedDataParallel

from checkpoint import read_checkpoint, write_checkpoint
from data import Shards
from model import Autoencoder`;
