import { ArgumentError, type Autoencoder } from "../index.js";
import { loadCheckpoint } from "../node.js";
import type { TrainingWishes } from "./architecture.js";
import { type CalculationOptions, engineOptions } from "./options.js";

/** Options of `train` for checkpoints. */
export interface CheckpointOptions {
  /** File to go on from. */
  resume?: string;
  /** File to write checkpoints to. */
  checkpoint?: string;
  /** Epochs from one checkpoint to the next. */
  every?: number;
}

/** @throws {ArgumentError} for options that make no sense together */
export function checkCheckpointOptions({ checkpoint, every }: CheckpointOptions): void {
  if (every !== undefined && checkpoint === undefined) {
    throw new ArgumentError("--every is how often --checkpoint FILE is written, which is missing");
  }
}

/**
 * The model of a checkpoint.
 *
 * @throws {ArgumentError} when what the user wished for is not what the checkpoint has
 */
export async function resumeModel(
  file: string,
  wishes: Partial<TrainingWishes>,
  options: CalculationOptions,
): Promise<Autoencoder> {
  const model = await loadCheckpoint(file, { engine: engineOptions(options) });
  try {
    assertWishes(file, model, wishes);
    return model;
  } catch (error) {
    await model.dispose();
    throw error;
  }
}

function assertWishes(
  file: string,
  { description, latentSize }: Autoencoder,
  wishes: Partial<TrainingWishes>,
) {
  const { encoder, loss, optimizer, seed } = description;
  const has: Partial<Record<keyof TrainingWishes, string>> = {
    latent: String(latentSize),
    hidden:
      encoder
        .slice(0, -1)
        .map(({ units }) => units)
        .join(",") || "none",
    activation: encoder[0]!.activation,
    loss,
    optimizer: optimizer.kind,
    learningRate: String(optimizer.learningRate),
    seed: String(seed),
  };
  for (const [name, value] of Object.entries(has)) {
    const wish = wishes[name as keyof TrainingWishes];
    if (wish === undefined) continue;
    const wished = Array.isArray(wish) ? wish.join(",") || "none" : String(wish);
    if (wished === value) continue;
    const option = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new ArgumentError(
      `--${option} is ${wished}, but ${file}, which --resume goes on with, has ${value}`,
    );
  }
}
