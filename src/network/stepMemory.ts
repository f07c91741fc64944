import { StepBlock } from "../engine/stepBlock.js";
import { Storage } from "../engine/storage.js";
import type { Tensor } from "../engine/tensor.js";
import type { Learner } from "./learner.js";
import { usesLogits } from "./losses.js";
import { Pass } from "./pass.js";
import { RowSums } from "./rowSums.js";

/** The memory for the penalty on the code's mean activations, one float per value of the code. */
export interface SparsityMemory {
  readonly sums: Tensor;
  readonly slopes: Tensor;
  readonly values: Tensor;
}

/** The memory of a training step over up to `rows` rows, allocated once for all steps. */
export class StepMemory {
  /** Owns this memory, and whatever else is needed as long. */
  readonly storage: Storage;
  /** Activations and gradients. */
  readonly pass: Pass;
  /** Values that change from step to step. Its indices determine the random numbers for each row. */
  readonly step: StepBlock;
  /** Only its indices are used: they tell where the rows are in the source. */
  readonly gather: StepBlock;
  /** What the output is compared with. */
  readonly target: Tensor;
  /** Losses of the rows. */
  readonly losses: Tensor<Float64Array>;
  /** Divergences of the rows' codes, in a variational model. */
  readonly divergences: Tensor<Float64Array> | undefined;
  /** Activity penalties of the rows, for each layer that has one. */
  readonly penalties: readonly (Tensor<Float64Array> | undefined)[];
  readonly sparsity: SparsityMemory | undefined;
  /** What each row of penalized weights adds to the loss, if there are any. */
  readonly kernelPenalties: RowSums | undefined;
  /** Sums of squares of the gradients' rows, if gradients are clipped by norm. */
  readonly squares: RowSums | undefined;

  /**
   * @param input where the batch is, if it needs no memory here
   * @param target where its targets are, or `"copied"` if they need memory here; default: the batch is its own target
   */
  constructor(
    { network, task, optimizer, loss, gradients }: Learner,
    rows: number,
    { input, target }: { input?: Tensor | undefined; target?: Tensor | "copied" | undefined } = {},
  ) {
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
    this.target = target === "copied" ? storage.floats(rows, network.inputSize) : (target ?? this.pass.input);
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
