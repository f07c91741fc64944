import type { Autoencoder } from "../../autoencoder/autoencoder.js";
import { encodeUtf8 } from "../../formats/utf8.js";
import type { ExportedFile } from "../exportedFile.js";
import { exportOnnx } from "../onnx/exportOnnx.js";
import { exportTorchrun } from "./exportTorchrun.js";
import { RAY_TRAIN_PROGRAM, SCORE_PROGRAM } from "./rayProgram.js";

/**
 * Writes a training run for Ray: all that `exportTorchrun` writes, `ray_train.py`, which continues the run under Ray Train,
 * and `score.py`, which scores samples by `model.onnx` with Ray Data.
 *
 *     python3 ray_train.py --workers 2 --data samples.npy --epochs 20 --out continued.safetensors
 *     python3 score.py --data samples.npy --out scores/
 *
 * @param model as for `exportTorchrun`
 * @throws {StateError} as `exportTorchrun`
 */
export function exportRay(model: Autoencoder): ExportedFile[] {
  const files = exportTorchrun(model);
  return [
    ...files,
    { name: "ray_train.py", bytes: encodeUtf8(RAY_TRAIN_PROGRAM) },
    { name: "score.py", bytes: encodeUtf8(SCORE_PROGRAM) },
    { name: "model.onnx", bytes: exportOnnx(model, { input: "features" }).bytes },
  ];
}
