import { exportTorchrun } from "../../exchange/exporting.js";
import { ArgumentError } from "../../index.js";
import type { Exported, ExportFlags, ExportSubject, ExportTarget } from "./exportTarget.js";
import { wholeModel } from "./modelOf.js";
import { preprocessorNotes } from "./pytorchTarget.js";

function torchrunFiles(subject: ExportSubject, flags: ExportFlags): Exported {
  const model = wholeModel("torchrun", subject, flags);
  if (!model.trainingOptions) {
    throw new ArgumentError(
      "--to torchrun continues a training, but this file is a model without its state; " +
        "give the checkpoint that train --checkpoint writes",
    );
  }
  return {
    files: exportTorchrun(model),
    notes: [
      ...preprocessorNotes(model),
      "in that folder: torchrun --nproc-per-node 2 train.py --data samples.npy --epochs N",
      "back here: isthmus train samples.npy --resume continued.safetensors --epochs M",
    ],
  };
}

export const torchrunTarget: ExportTarget = {
  summary: "a training run that goes on in PyTorch, on any number of processes",
  out: "folder",
  export: async (subject, flags) => torchrunFiles(subject, flags),
};
