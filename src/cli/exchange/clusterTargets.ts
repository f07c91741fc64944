import { exportRay, exportTorchrun } from "../../exchange/exporting.js";
import { ArgumentError, type Autoencoder } from "../../index.js";
import type { ExportFlags, ExportSubject, ExportTarget } from "./exportTarget.js";
import { wholeModel } from "./modelOf.js";
import { preprocessorNotes } from "./pytorchTarget.js";

/** @throws {ArgumentError} for a file that does not tell how its training goes on */
function trainedModel(to: string, subject: ExportSubject, flags: ExportFlags): Autoencoder {
  const model = wholeModel(to, subject, flags);
  if (flags.weights !== undefined && flags.weights !== "f32")
    throw new ArgumentError(
      `--weights ${flags.weights} is not for --to ${to}: a training goes on in float32`,
    );
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
  async export(subject, flags) {
    const model = trainedModel("torchrun", subject, flags);
    const start = "in that folder: torchrun --nproc-per-node 2 train.py --data samples.npy --epochs N";
    return { files: exportTorchrun(model), notes: [...preprocessorNotes(model), start, BACK] };
  },
};

export const rayTarget: ExportTarget = {
  summary: "the same under Ray Train, and scoring by Ray Data",
  out: "folder",
  async export(subject, flags) {
    const model = trainedModel("ray", subject, flags);
    const start = "in that folder: python3 ray_train.py --workers 2 --data samples.npy --epochs N";
    const score = "scores: python3 score.py --data samples.npy --out scores";
    return { files: exportRay(model), notes: [...preprocessorNotes(model), start, BACK, score] };
  },
};
