import { ArgumentError, type Autoencoder } from "../../index.js";
import type { ExportSubject, ExportTarget } from "./exportTarget.js";
import { modelOf } from "./modelOf.js";
import { preprocessorNotes } from "./pytorchTarget.js";

/** @throws {ArgumentError} for a file that does not tell how its training goes on */
function trainedModel(to: string, subject: ExportSubject): Autoencoder {
  const model = modelOf(to, subject);
  if (model.trainingOptions) return model;
  throw new ArgumentError(
    `--to ${to} continues a training, but this file is a model without its state; ` +
      "give the checkpoint that train --checkpoint writes",
  );
}

const BACK = "back here: isthmus train samples.npy --resume continued.safetensors --epochs M";

export const torchrunTarget: ExportTarget = {
  summary: "a training run that goes on in PyTorch, on any number of processes",
  out: "folder",
  takes: [],
  async export(subject, _, { exportTorchrun }) {
    const model = trainedModel("torchrun", subject);
    const start = "in that folder: torchrun --nproc-per-node 2 train.py --data samples.npy --epochs N";
    return { files: exportTorchrun(model), notes: [...preprocessorNotes(model), start, BACK] };
  },
};

export const rayTarget: ExportTarget = {
  summary: "the same under Ray Train, and scoring by Ray Data",
  out: "folder",
  takes: [],
  async export(subject, _, { exportRay }) {
    const model = trainedModel("ray", subject);
    const start = "in that folder: python3 ray_train.py --workers 2 --data samples.npy --epochs N";
    const score = "scores: python3 score.py --data samples.npy --out scores";
    return { files: exportRay(model), notes: [...preprocessorNotes(model), start, BACK, score] };
  },
};
