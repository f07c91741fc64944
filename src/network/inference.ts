import { STEP_INDICES, STEP_WORDS } from "../../assembly/abi.js";
import type { Values } from "../data/values.js";
import { Blocks } from "../engine/blocks.js";
import type { Block } from "../engine/memory.js";
import type { Plan, PlanBuilder } from "../engine/plan.js";
import { ACTIVATIONS } from "../layers/activations.js";
import type { Seed } from "../math/seed.js";
import { addForward } from "./forward.js";
import { addLossKernel, type Loss, type LossKernel, lossKernel } from "./losses.js";
import type { Network, NetworkLayer } from "./network.js";
import type { Draws } from "./transitions.js";
import { Workspace } from "./workspace.js";

/** What to calculate of each row. */
export type Wanted =
  /** The output of the last of the layers. */
  | {
      readonly kind: "output";
      /** Whether a gaussian latent gives its log σ² beside its mean. */
      readonly heads?: boolean;
    }
  /** The losses of the output against the input, one float64 a row each. */
  | {
      readonly kind: "loss";
      readonly loss: Loss;
      /** Other losses of the same output. */
      readonly metrics?: readonly Loss[];
      /** What codes are drawn from a gaussian latent with; without it, its mean is decoded. */
      readonly seed?: Seed;
      /** Whether to calculate the activity penalties of the layers, too. */
      readonly penalties?: boolean;
    };

/** The most plans that are kept: each number of rows, of floats and of bytes, has its own. */
const MOST_PLANS = 16;

/**
 * The forward pass of some of a network's layers over blocks of rows that are copied in and out: what `encode`,
 * `decode`, `reconstruct` and `evaluate` have in common.
 */
export class Inference {
  readonly rows: number;
  readonly #network: Network;
  readonly #layers: readonly NetworkLayer[];
  readonly #wanted: Wanted;
  readonly #blocks: Blocks;
  readonly #workspace: Workspace;
  readonly #staging: Block;
  readonly #step: Block;
  readonly #indices: Block;
  /** What is calculated of the output: the loss first. */
  readonly #kernels: readonly LossKernel[];
  /** Losses of the rows, float64, a block for each of them. */
  readonly #losses: readonly Block[];
  /** Of a latent that is drawn from: divergences, and a step block and the samples in it. */
  readonly #divergences: Block;
  readonly #drawStep: Block;
  readonly #samples: Block;
  /**
   * Activity penalties of the rows, float64, for each layer that has one, if wanted; and room for slopes nobody reads: of
   * penalties, and of losses after which the output is still needed.
   */
  readonly #penalties: readonly (Block | undefined)[];
  readonly #slopes: Block;
  readonly #plans = new Map<string, Plan>();

  constructor(network: Network, layers: readonly NetworkLayer[], wanted: Wanted, rows: number) {
    const blocks = new Blocks(network.engine.memory);
    this.rows = rows;
    this.#network = network;
    this.#layers = layers;
    this.#wanted = wanted;
    this.#blocks = blocks;
    this.#workspace = new Workspace(blocks, layers, rows, {
      passes: ({ transition }) =>
        transition?.kind === "sample" && wanted.kind === "loss" && wanted.seed !== undefined,
    });
    this.#staging = blocks.allocate(rows * layers[0]!.inputs);
    this.#indices = blocks.allocate(rows * 4);
    this.#indices.words().forEach((_, index, words) => {
      words[index] = index;
    });
    this.#step = blocks.allocate(STEP_WORDS * 4);
    this.#step.words()[STEP_INDICES] = this.#indices.at();
    const losses = wanted.kind === "loss" ? [wanted.loss, ...(wanted.metrics ?? [])] : [];
    this.#kernels = losses.map((loss) => lossKernel(loss, layers.at(-1)!.layer.activation));
    this.#losses = losses.map(() => blocks.allocate(rows * 8));
    this.#divergences = blocks.allocate(rows * 8);
    this.#samples = blocks.allocate(rows * 4);
    const penalizes = wanted.kind === "loss" && wanted.penalties === true;
    const penalized = layers.map(({ layer }) => penalizes && layer.activityPenalty !== undefined);
    this.#penalties = penalized.map((is) => (is ? blocks.allocate(rows * 8) : undefined));
    const compared = losses.length > 1 ? layers.at(-1)!.units : 0;
    const widest = Math.max(compared, ...layers.map(({ units }, index) => (penalized[index] ? units : 0)));
    this.#slopes = blocks.allocate(rows * widest * 4);
    this.#drawStep = blocks.allocate(STEP_WORDS * 4);
    this.#drawStep.words()[STEP_INDICES] = this.#samples.at();
  }

  /** Copies a block of rows, of which sample `first` is the first, in and returns the plan to run on it. */
  load(data: Values, rows: number, first: number): Plan {
    this.#samples.words(0, rows).forEach((_, index, words) => {
      words[index] = first + index;
    });
    const bytes = data instanceof Uint8Array;
    if (bytes) this.#staging.view(0, data.length).set(data);
    else this.#workspace.outputValues(-1, data.length).set(data);
    const key = `${bytes ? "bytes" : "floats"}:${rows}`;
    const plan = this.#plans.get(key) ?? this.#compile(rows, bytes);
    // The map's order is that of use.
    this.#plans.delete(key);
    this.#plans.set(key, plan);
    if (this.#plans.size > MOST_PLANS) this.#forgetPlan();
    return plan;
  }

  /** Gives back the plan that was not used for longest. */
  #forgetPlan(): void {
    const [key, plan] = this.#plans.entries().next().value!;
    this.#plans.delete(key);
    this.#blocks.remove(plan);
  }

  /** Bytes of memory that it takes, without the plans. */
  get bytes(): number {
    return this.#blocks.bytes;
  }

  /** After the plan has run: a live view of the output, [rows, units]. */
  output(rows: number): Float32Array {
    const last = this.#layers.length - 1;
    return this.#workspace.outputValues(last, rows * this.#width);
  }

  /** Width of the output. */
  get #width(): number {
    const { units, outputs } = this.#layers.at(-1)!;
    return this.#wanted.kind === "output" && this.#wanted.heads ? units : outputs;
  }

  /** A live view of the input, as floats (of bytes: after the plan has run), [rows, inputs]. */
  input(rows: number): Float32Array {
    return this.#workspace.outputValues(-1, rows * this.#layers[0]!.inputs);
  }

  /** After the plan has run: a live view of the rows' values of the loss, or of metric `index` − 1. */
  losses(rows: number, index = 0): Float64Array {
    return this.#losses[index]!.doubles(0, rows);
  }

  /** After the plan has run: live views of the activity penalties of the rows, one for each layer that has one. */
  penalties(rows: number): Float64Array[] {
    return this.#penalties.flatMap((block) => (block ? [block.doubles(0, rows)] : []));
  }

  /** After the plan has run: a live view of what layer `index` gives, [rows, units]. */
  activations(index: number, rows: number): Float32Array {
    return this.#workspace.outputValues(index, rows * this.#layers[index]!.units);
  }

  /** After the plan has run: a live view of the divergences of the rows' codes, if they were drawn. */
  divergences(rows: number): Float64Array {
    return this.#divergences.doubles(0, rows);
  }

  /** What codes are drawn with, if they are. */
  get #draws(): Draws | undefined {
    const wanted = this.#wanted;
    if (wanted.kind !== "loss" || wanted.seed === undefined) return undefined;
    const [step, divergences] = [this.#drawStep.at(), this.#divergences.at()];
    return { seed: wanted.seed, step, divergences, training: false };
  }

  #compile(rows: number, bytes: boolean): Plan {
    const plan = this.#network.engine.plan();
    const { inputs } = this.#layers[0]!;
    plan.rows(rows, this.#workspace.columns, () => {
      if (bytes) {
        const [source, batch, step] = [this.#staging.at(), this.#workspace.input, this.#step.at()];
        plan.call("gatherBytes", rows, { columns: inputs, source, batch, step });
      }
      this.#addForward(plan, rows);
    });
    return this.#blocks.add(() => plan.build(this.#network.engine.memory));
  }

  /** Output, penalties and losses. Cross-entropy from logits comes before the last activation, which replaces them. */
  #addForward(plan: PlanBuilder, rows: number): void {
    const [wanted, layers, workspace] = [this.#wanted, this.#layers, this.#workspace];
    const logits = this.#kernels.some(takesLogits);
    addForward(plan, this.#network, layers, workspace, rows, {
      logits,
      heads: wanted.kind === "output" && wanted.heads === true,
      ...(this.#draws && { draws: this.#draws }),
    });
    // A decoder's last layer has no penalty, so no logits are among what is penalized.
    this.#addPenalties(plan, rows);
    this.#addLosses(plan, rows, takesLogits);
    if (logits && !this.#kernels.every(takesLogits)) {
      const { layer, units } = layers.at(-1)!;
      const output = workspace.output(layers.length - 1);
      const kind = ACTIVATIONS[layer.activation];
      plan.call("activationForward", rows, { kind, columns: units, z: output, y: output });
    }
    this.#addLosses(plan, rows, (kernel) => !takesLogits(kernel));
  }

  /** Adds those of the losses that are `among` some. */
  #addLosses(plan: PlanBuilder, rows: number, among: (kernel: LossKernel) => boolean): void {
    const output = this.#workspace.output(this.#layers.length - 1);
    // A single loss may overwrite the output with its slopes.
    const gradient = this.#kernels.length > 1 ? this.#slopes.at() : output;
    this.#kernels.forEach((kernel, index) => {
      if (!among(kernel)) return;
      addLossKernel(plan, rows, kernel, {
        columns: this.#layers.at(-1)!.units,
        prediction: output,
        target: this.#workspace.input,
        gradient,
        losses: this.#losses[index]!.at(),
        scale: 0,
      });
    });
  }

  #addPenalties(plan: PlanBuilder, rows: number): void {
    this.#layers.forEach(({ layer, units }, index) => {
      const block = this.#penalties[index];
      if (!block || !layer.activityPenalty) return;
      const { strength } = layer.activityPenalty;
      const [output, gradient, penalties] = [this.#workspace.output(index), this.#slopes.at(), block.at()];
      plan.call("activityL1", rows, { columns: units, output, gradient, penalties, strength, scale: 0 });
    });
  }

  release(): void {
    this.#blocks.release();
  }
}

function takesLogits({ name }: LossKernel): boolean {
  return name === "binaryCrossentropyLogits";
}
