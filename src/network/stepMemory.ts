import { StepBlock } from "../engine/stepBlock.js";
import { Storage } from "../engine/storage.js";
import type { Tensor } from "../engine/tensor.js";
import type { Learner } from "./learner.js";
import { usesLogits } from "./losses.js";
import { Pass } from "./pass.js";
import { RowSums } from "./rowSums.js";

/** What the penalty on the code's mean activations needs, a float for each of its values. */
export interface SparsityMemory {
  readonly sums: Tensor;
  readonly slopes: Tensor;
  readonly values: Tensor;
}

/** The memory of one training step over up to `rows` rows, taken once for all steps. */
export class StepMemory {
  /** All of it, and what else is needed as long. */
  readonly storage: Storage;
  /** Activations and gradients. */
  readonly pass: Pass;
  /** What changes from step to step; its indices tell what is drawn for the rows. */
  readonly step: StepBlock;
  /** Its indices tell where the rows are in the source; nothing else in it is read. */
  readonly gather: StepBlock;
  /** Losses of the rows. */
  readonly losses: Tensor<Float64Array>;
  /** Divergences of the rows' codes, in a variational model. */
  readonly divergences: Tensor<Float64Array> | undefined;
  /** Activity penalties of the rows, for each layer that has one. */
  readonly penalties: readonly (Tensor<Float64Array> | undefined)[];
  readonly sparsity: SparsityMemory | undefined;
  /** What the rows of penalized weights add to the loss, where any do. */
  readonly kernelPenalties: RowSums | undefined;
  /** Sums of squares of the gradients' rows, where they are clipped by a norm. */
  readonly squares: RowSums | undefined;

  /** @param input where the batch is, if it has no room here */
  constructor({ network, task, optimizer, loss, gradients }: Learner, rows: number, input?: Tensor) {
    const { engine, layers } = network;
    const parameters = network.parameters.filter(({ trainable }) => trainable);
    const storage = new Storage(engine);
    this.storage = storage;
    this.step = new StepBlock(storage);
    this.gather = new StepBlock(storage);
    this.pass = new Pass(storage, layers, rows, "training", {
      ...(input && { input }),
      draws: { seed: task.seed, step: this.step },
      logits: usesLogits(loss, layers),
      gradients,
    });
    this.losses = storage.doubles(rows);
    this.divergences = this.pass.kept("divergences") as Tensor<Float64Array> | undefined;
    this.penalties = layers.map(({ options }) =>
      options.activityPenalty ? storage.doubles(rows) : undefined,
    );
    const values = () => storage.floats(network.latentSize);
    this.sparsity = task.sparsity && { sums: values(), slopes: values(), values: values() };
    const penalized = parameters.filter(({ penalty }) => penalty);
    this.kernelPenalties = penalized.length > 0 ? new RowSums(storage, penalized) : undefined;
    const byNorm = optimizer.clipNorm !== undefined || optimizer.globalClipNorm !== undefined;
    this.squares = byNorm ? new RowSums(storage, parameters) : undefined;
  }

  release(): void {
    this.storage.release();
  }
}
