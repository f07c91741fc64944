import { toFloats, type Values } from "../data/values.js";
import type { Engine } from "../engine/engine.js";
import type { Plan, PlanBuilder } from "../engine/plan.js";
import { StepBlock } from "../engine/stepBlock.js";
import { Storage } from "../engine/storage.js";
import type { Tensor } from "../engine/tensor.js";
import { isWithin } from "../engine/within.js";
import { ACTIVATIONS } from "../layers/activations.js";
import type { Purpose } from "../layers/layer.js";
import { sizeOf } from "../layers/shape.js";
import type { Seed } from "../math/seed.js";
import {
  addLossKernel,
  type Loss,
  type LossKernel,
  lastActivation,
  lossKernel,
  takesLogits,
} from "./losses.js";
import type { NetworkLayer } from "./networkLayer.js";
import { Pass } from "./pass.js";
import { RowStages, weightsOf } from "./rowStages.js";

/** What to compute for each row. */
export type Wanted =
  /** The output of the last of the layers. */
  | {
      readonly kind: "output";
    }
  /** Mean and log σ² of the code, by layers that end in a gaussian latent. */
  | { readonly kind: "distribution" }
  /** The loss of the output against the input, one float64 per row. */
  | {
      readonly kind: "loss";
      readonly loss: Loss;
      /** Further losses to compute from the same output. */
      readonly metrics?: readonly Loss[];
      /** Seed for drawing codes from a Gaussian latent. Without it, the mean is decoded. */
      readonly seed?: Seed;
      /** Whether the output is compared with targets that are given with each block; default: with the input. */
      readonly targets?: boolean;
      /** Whether to compute the layers' activity penalties, too. */
      readonly penalties?: boolean;
    };

/** The most plans to keep: each number of rows needs its own, for floats and for bytes. */
const MOST_PLANS = 16;

/**
 * The forward pass through some of a network's layers, in blocks of rows that are copied in and out. Shared by
 * `encode`, `decode`, `reconstruct` and `evaluate`.
 */
export class Inference {
  readonly rows: number;
  readonly #engine: Engine;
  readonly #layers: readonly NetworkLayer[];
  readonly #storage: Storage;
  readonly #pass: Pass;
  /** The bytes of a block as given, and the indices 0, 1, 2, … for gathering them. */
  readonly #staging: Tensor<Uint8Array>;
  /** What the output is compared with. */
  readonly #target: Tensor;
  readonly #gather: StepBlock;
  /** For a latent that is drawn from: the rows' indices among all samples. */
  readonly #samples: Tensor<Uint32Array>;
  /** What to compute from the output: the loss first. */
  readonly #kernels: readonly LossKernel[];
  /** The values of each of these for the rows. */
  readonly #losses: readonly Tensor<Float64Array>[];
  /**
   * Activity penalties of the rows, for each layer that has one, if wanted. Then scratch memory for gradients that are
   * not used: those of penalties, and of losses after which the output is still needed.
   */
  readonly #penalties: readonly (Tensor<Float64Array> | undefined)[];
  readonly #slopes: Tensor;
  /** By number of rows, negative for bytes; the most recently used one last. */
  readonly #plans = new Map<number, Plan>();
  #latest: { readonly key: number; readonly plan: Plan } | undefined;

  constructor(engine: Engine, layers: readonly NetworkLayer[], wanted: Wanted, rows: number) {
    const storage = new Storage(engine);
    this.rows = rows;
    this.#engine = engine;
    this.#layers = layers;
    this.#storage = storage;
    const losses = wanted.kind === "loss" ? [wanted.loss, ...(wanted.metrics ?? [])] : [];
    this.#kernels = losses.map((loss) => lossKernel(loss, lastActivation(layers)));
    const seed = wanted.kind === "loss" ? wanted.seed : undefined;
    this.#samples = storage.words(rows);
    const drawn = new StepBlock(storage);
    drawn.indices = this.#samples;
    this.#pass = new Pass(storage, layers, rows, purposeOf(wanted), {
      logits: this.#kernels.some(takesLogits),
      ...(seed !== undefined && { draws: { seed, step: drawn } }),
    });
    const compares = wanted.kind === "loss" && wanted.targets === true;
    this.#target = compares ? storage.floats(rows, sizeOf(layers.at(-1)!.outputShape)) : this.#pass.input;
    this.#staging = storage.octets(rows, sizeOf(layers[0]!.inputShape));
    this.#gather = StepBlock.inOrder(storage, rows);
    this.#losses = losses.map(() => storage.doubles(rows));
    const penalizes = wanted.kind === "loss" && wanted.penalties === true;
    const penalized = layers.map(({ options }) => penalizes && options.activityPenalty !== undefined);
    this.#penalties = penalized.map((is) => (is ? storage.doubles(rows) : undefined));
    const sizes = layers.map(({ outputShape }) => sizeOf(outputShape));
    const compared = losses.length > 1 ? sizes.at(-1)! : 0;
    const widest = Math.max(compared, ...sizes.map((size, index) => (penalized[index] ? size : 0)));
    this.#slopes = storage.floats(rows, widest);
  }

  /**
   * Copies in a block of rows, the first of which is sample `first`, and returns the plan to run on it.
   *
   * @param targets of the rows, if wanted
   */
  load(data: Values, rows: number, first: number, targets?: Values): Plan {
    if (targets) this.#target.values.set(toFloats(targets));
    const samples = this.#samples.values;
    for (let row = 0; row < rows; row++) samples[row] = first + row;
    const bytes = data instanceof Uint8Array;
    if (bytes) this.#staging.values.set(data);
    else this.#pass.input.values.set(data);
    const key = bytes ? -rows : rows;
    if (this.#latest?.key !== key) this.#latest = { key, plan: this.#planFor(key, rows, bytes) };
    return this.#latest.plan;
  }

  #planFor(key: number, rows: number, bytes: boolean): Plan {
    const plan = this.#plans.get(key) ?? this.#compile(rows, bytes);
    // A Map iterates in insertion order, so moving the entry to the end keeps the plans in order of use.
    this.#plans.delete(key);
    this.#plans.set(key, plan);
    if (this.#plans.size > MOST_PLANS) this.#forgetPlan();
    return plan;
  }

  /** Whether all values of the block of floats that was loaded last are from `low` to `high`. */
  isWithin(rows: number, low: number, high: number): boolean {
    const { input } = this.#pass;
    return isWithin(this.#engine, input, rows * input.strides[0]!, low, high);
  }

  /** Releases the least recently used plan. */
  #forgetPlan(): void {
    const [key, plan] = this.#plans.entries().next().value!;
    this.#plans.delete(key);
    this.#storage.remove(plan);
  }

  /** Bytes of memory in use, not counting plans. */
  get bytes(): number {
    return this.#storage.bytes;
  }

  /** After the plan has run: a live view of the output, or of the means and log σ², row by row. */
  output(rows: number): Float32Array {
    const { purpose } = this.#pass;
    const tensor = purpose === "distribution" ? (this.#pass.kept("heads") as Tensor) : this.#pass.output();
    return firstRows(tensor, rows);
  }

  /** A live view of the input as floats, row by row. For bytes, it is valid after the plan has run. */
  input(rows: number): Float32Array {
    return firstRows(this.#pass.input, rows);
  }

  /** After the plan has run: a live view of each row's loss, or of each row's metric `index` − 1. */
  losses(rows: number, index = 0): Float64Array {
    return this.#losses[index]!.values.subarray(0, rows);
  }

  /** After the plan has run: live views of the rows' activity penalties, one for each layer that has one. */
  penalties(rows: number): Float64Array[] {
    return this.#penalties.flatMap((sums) => (sums ? [sums.values.subarray(0, rows)] : []));
  }

  /** After the plan has run: a live view of the output of layer `index`, row by row. */
  activations(index: number, rows: number): Float32Array {
    return firstRows(this.#pass.output(index), rows);
  }

  /** After the plan has run: a live view of the divergences of the rows' codes, if codes were drawn. */
  divergences(rows: number): Float64Array {
    return (this.#pass.kept("divergences") as Tensor<Float64Array>).values.subarray(0, rows);
  }

  #compile(rows: number, bytes: boolean): Plan {
    const plan = this.#engine.plan();
    const stages = new RowStages();
    if (bytes) {
      const [source, batch, step] = [this.#staging, this.#pass.input, this.#gather.tensor];
      stages.rows((plan) => {
        plan.call("gatherBytes", rows, { columns: source.shape[1]!, source, batch, step });
      });
    }
    this.#layers.forEach((layer, index) => {
      stages.rows((plan) => this.#pass.forward(plan, rows, index, index + 1), weightsOf(layer));
    });
    stages.rows((plan) => {
      // The decoder's last layer never has an activity penalty, so no logits are penalized.
      this.#addPenalties(plan, rows);
      this.#addAllLosses(plan, rows);
    });
    stages.write(plan, rows, this.#pass.floats);
    return this.#storage.plan(plan);
  }

  /** Cross-entropy from logits must run before the last activation, which overwrites the logits. */
  #addAllLosses(plan: PlanBuilder, rows: number): void {
    this.#addLosses(plan, rows, takesLogits);
    if (this.#kernels.some(takesLogits) && !this.#kernels.every(takesLogits)) {
      const output = this.#pass.output();
      const columns = sizeOf(this.#layers.at(-1)!.outputShape);
      const kind = ACTIVATIONS[lastActivation(this.#layers)!];
      plan.call("activationForward", rows, { kind, columns, z: output, y: output });
    }
    this.#addLosses(plan, rows, (kernel) => !takesLogits(kernel));
  }

  /** Adds the losses for which `among` returns true. */
  #addLosses(plan: PlanBuilder, rows: number, among: (kernel: LossKernel) => boolean): void {
    const output = this.#pass.output();
    // If there is only one loss, its gradient may overwrite the output.
    const gradient = this.#kernels.length > 1 ? this.#slopes : output;
    this.#kernels.forEach((kernel, index) => {
      if (!among(kernel)) return;
      addLossKernel(plan, rows, kernel, {
        columns: sizeOf(this.#layers.at(-1)!.outputShape),
        prediction: output,
        target: this.#target,
        gradient,
        losses: this.#losses[index]!,
        scale: 0,
      });
    });
  }

  #addPenalties(plan: PlanBuilder, rows: number): void {
    this.#layers.forEach(({ options, outputShape }, index) => {
      const penalties = this.#penalties[index];
      if (!penalties || !options.activityPenalty) return;
      const { strength } = options.activityPenalty;
      const [output, gradient] = [this.#pass.output(index), this.#slopes];
      const columns = sizeOf(outputShape);
      plan.call("activityL1", rows, { columns, output, gradient, penalties, strength, scale: 0 });
    });
  }

  release(): void {
    this.#storage.release();
  }
}

function purposeOf(wanted: Wanted): Purpose {
  if (wanted.kind === "distribution") return "distribution";
  return wanted.kind === "loss" && wanted.seed !== undefined ? "evaluation" : "prediction";
}

/** A live view of a tensor's first rows. */
function firstRows({ values, strides }: Tensor, rows: number): Float32Array {
  return values.subarray(0, rows * strides[0]!);
}
