import { ArgumentError, type Autoencoder, type KernelPenalty, type Schedule } from "../index.js";
import { loadCheckpoint } from "../node.js";
import type { TrainingFlags } from "./architecture.js";
import { type CalculationOptions, engineOptions } from "./options.js";

/** Options of `train` for checkpoints. */
export interface CheckpointOptions {
  /** Checkpoint to resume from. */
  resume?: string;
  /** File to write checkpoints to. */
  checkpoint?: string;
  /** Epochs between two checkpoints. */
  every?: number;
}

/** @throws {ArgumentError} for options that contradict each other */
export function checkCheckpointOptions({ checkpoint, every }: CheckpointOptions): void {
  if (every !== undefined && checkpoint === undefined) {
    throw new ArgumentError("--every says how often --checkpoint is written, so it needs --checkpoint FILE");
  }
}

/**
 * Loads the model of a checkpoint.
 *
 * @throws {ArgumentError} if a flag contradicts the checkpoint
 */
export async function resumeModel(
  file: string,
  flags: Partial<TrainingFlags>,
  options: CalculationOptions,
): Promise<Autoencoder> {
  const model = await loadCheckpoint(file, { engine: engineOptions(options) });
  try {
    assertFlags(file, model, flags);
    return model;
  } catch (error) {
    await model.dispose();
    throw error;
  }
}

function assertFlags(file: string, model: Autoencoder, flags: Partial<TrainingFlags>) {
  if (flags.schedule !== undefined || flags.warmup !== undefined) {
    throw new ArgumentError(
      `--schedule and --warmup cannot be used with --resume: training continues with the schedule in ${file}`,
    );
  }
  const has = flagsOf(model);
  for (const [name, flag] of Object.entries(flags)) {
    if (!(name in has) || flag === undefined) continue;
    const [value, asked] = [inWords(has[name as keyof typeof has]), inWords(flag)];
    if (asked === value) continue;
    const option = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new ArgumentError(`--${option} is ${asked}, but the checkpoint ${file} has ${value}`);
  }
}

/** The flags that are compared. Schedules are not: `assertFlags` refuses them. */
type ModelFlags = Omit<TrainingFlags, "epochs" | "batchSize" | "schedule" | "warmup">;

/** The flags that would create this model, as far as the model shows them. */
function flagsOf({ description, latentSize }: Autoencoder): { [name in keyof ModelFlags]-?: unknown } {
  const { encoder, latent, corruption, sparsity, tied, loss, optimizer, scaling, seed } = description;
  const layers = encoder.filter((layer) => layer.kind === "dense");
  const convolutions = encoder.flatMap((layer) => ("filters" in layer ? [layer] : []));
  const [first] = [...convolutions, ...layers];
  return {
    latent: latentSize,
    hidden: (latent ? layers : layers.slice(0, -1)).map(({ units }) => units),
    conv: convolutions.map(({ filters }) => filters),
    activation: first?.activation,
    loss,
    optimizer: optimizer.kind,
    learningRate: initialRate(optimizer.learningRate),
    clipValue: optimizer.clipValue,
    clipNorm: optimizer.clipNorm,
    globalClipNorm: optimizer.globalClipNorm,
    ...weightPenalties(first?.kernelPenalty),
    corruption,
    dropout: encoder.find((layer) => layer.kind === "dropout")?.rate ?? 0,
    tied,
    variational: latent && true,
    beta: latent?.beta,
    betaWarmup: latent?.warmupSteps,
    sparsity: sparsity ?? layers.at(-1)?.activityPenalty,
    scaling,
    seed,
  };
}

function initialRate(rate: number | Schedule): number {
  if (typeof rate === "number") return rate;
  return rate.kind === "warmup" ? initialRate(rate.schedule) : rate.initialLearningRate;
}

function weightPenalties(penalty: KernelPenalty | undefined): { l1: unknown; l2: unknown } {
  switch (penalty?.kind) {
    case "l1":
      return { l1: penalty.strength, l2: undefined };
    case "l2":
      return { l1: undefined, l2: penalty.strength };
    case "l1l2":
      return { l1: penalty.l1 || undefined, l2: penalty.l2 || undefined };
    default:
      return { l1: undefined, l2: undefined };
  }
}

function inWords(value: unknown): string {
  if (Array.isArray(value)) return value.join(",") || "none";
  if (typeof value === "object") return JSON.stringify(value);
  return value === undefined ? "none" : String(value);
}
