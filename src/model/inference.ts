import { STEP_INDICES, STEP_WORDS } from "../../assembly/abi.js";
import type { Block } from "../engine/memory.js";
import type { Plan, PlanBuilder } from "../engine/plan.js";
import type { Values } from "../values.js";
import { Blocks } from "./blocks.js";
import { addForward } from "./forward.js";
import { addLossKernel, type Loss, lossKernel } from "./losses.js";
import type { Network, NetworkLayer } from "./network.js";
import type { Seed } from "./seed.js";
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
  /** The loss of the output against the input, one float64 a row. */
  | {
      readonly kind: "loss";
      readonly loss: Loss;
      /** What codes are drawn from a gaussian latent with; without it, its mean is decoded. */
      readonly seed?: Seed;
      /** Whether to calculate the activity penalties of the layers, too. */
      readonly penalties?: boolean;
    };

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
  readonly #losses: Block;
  /** Of a latent that is drawn from: divergences, and a step block and the samples in it. */
  readonly #divergences: Block;
  readonly #drawStep: Block;
  readonly #samples: Block;
  /** Activity penalties of the rows, float64, for each layer that has one, if wanted; and room for slopes nobody reads. */
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
    this.#losses = blocks.allocate(rows * 8);
    this.#divergences = blocks.allocate(rows * 8);
    this.#samples = blocks.allocate(rows * 4);
    const penalizes = wanted.kind === "loss" && wanted.penalties === true;
    const penalized = layers.map(({ layer }) => penalizes && layer.activityPenalty !== undefined);
    this.#penalties = penalized.map((is) => (is ? blocks.allocate(rows * 8) : undefined));
    const widest = Math.max(0, ...layers.map(({ units }, index) => (penalized[index] ? units : 0)));
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
    let plan = this.#plans.get(key);
    if (!plan) {
      plan = this.#compile(rows, bytes);
      this.#plans.set(key, plan);
    }
    return plan;
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

  /** After the plan has run: a live view of the losses of the rows. */
  losses(rows: number): Float64Array {
    return this.#losses.doubles(0, rows);
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
    const layers = this.#layers;
    const { inputs } = layers[0]!;
    const last = layers.length - 1;
    const { layer, units } = layers[last]!;
    const wanted = this.#wanted;
    const loss = wanted.kind === "loss" ? lossKernel(wanted.loss, layer.activation) : undefined;
    plan.rows(rows, this.#workspace.columns, () => {
      if (bytes) {
        const [source, batch, step] = [this.#staging.at(), this.#workspace.input, this.#step.at()];
        plan.call("gatherBytes", rows, { columns: inputs, source, batch, step });
      }
      addForward(plan, this.#network, layers, this.#workspace, rows, {
        logits: loss?.name === "binaryCrossentropyLogits",
        heads: wanted.kind === "output" && wanted.heads === true,
        ...(this.#draws && { draws: this.#draws }),
      });
      this.#addPenalties(plan, rows);
      if (!loss) return;
      const output = this.#workspace.output(last);
      addLossKernel(plan, rows, loss, {
        columns: units,
        prediction: output,
        target: this.#workspace.input,
        gradient: output,
        losses: this.#losses.at(),
        scale: 0,
      });
    });
    return this.#blocks.add(() => plan.build(this.#network.engine.memory));
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
