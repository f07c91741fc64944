import { STEP_WORDS } from "../../assembly/abi.js";
import { Blocks } from "../engine/blocks.js";
import type { Address, Block } from "../engine/memory.js";
import type { Learner } from "./learner.js";
import { RowSums } from "./rowSums.js";
import type { Draws } from "./transitions.js";
import { Workspace } from "./workspace.js";

/** What the penalty on the code's mean activations needs, a float a unit each. */
export interface SparsityMemory {
  readonly sums: Block;
  readonly slopes: Block;
  readonly values: Block;
}

/** The memory of one training step over up to `rows` rows, taken once for all steps. */
export class StepMemory {
  /** Activations. */
  readonly workspace: Workspace;
  /** Gradients with respect to each layer's output (δ, named by the layer), and to what it passes on. */
  readonly deltas: Workspace;
  /** The step block. */
  readonly step: Block;
  /** Another, of which only the indices are used: where the rows are, while the first tells what is drawn for them. */
  readonly gather: Block;
  /** Losses of the rows, float64. */
  readonly losses: Block;
  /** Divergences of the rows' codes, float64; a block for every model, so that plans need not ask. */
  readonly divergences: Block;
  /** Activity penalties of the rows, float64, one block for each layer that has one. */
  readonly penalties: readonly (Block | undefined)[];
  readonly sparsity: SparsityMemory | undefined;
  /** What the rows of penalized weights add to the loss, where any do. */
  readonly kernelPenalties: RowSums | undefined;
  /** Sums of squares of the gradients' rows, where they are clipped by a norm. */
  readonly squares: RowSums | undefined;
  /** What the step draws. */
  readonly draws: Draws;
  /** All of it, and what else is needed as long. */
  readonly blocks: Blocks;
  readonly #packs: Block;
  readonly #packOffsets: readonly number[];

  /** @param input where the batch is, if it has no room here */
  constructor({ network, task, optimizer }: Learner, rows: number, input?: Address) {
    const { engine, layers } = network;
    const blocks = new Blocks(engine.memory);
    this.blocks = blocks;
    const passes = (layer: (typeof layers)[number]) => layer.transition !== undefined;
    this.workspace = new Workspace(blocks, layers, rows, {
      passes,
      corrupted: task.corruption !== undefined,
      forBackward: true,
      ...(input === undefined ? {} : { input }),
    });
    // δ of the input is never asked for.
    this.deltas = new Workspace(blocks, layers, rows, { passes, input: this.workspace.input });
    let packs = 0;
    this.#packOffsets = layers.map(({ weight }) => {
      const offset = packs;
      packs += Math.ceil(engine.packedSize(rows, weight.columns) / 16) * 16;
      return offset * 4;
    });
    this.#packs = blocks.allocate(packs * 4);
    this.losses = blocks.allocate(rows * 8);
    this.divergences = blocks.allocate(rows * 8);
    this.penalties = layers.map(({ layer }) =>
      layer.activityPenalty ? blocks.allocate(rows * 8) : undefined,
    );
    const units = () => blocks.allocate(network.latentSize * 4);
    this.sparsity = task.sparsity && { sums: units(), slopes: units(), values: units() };
    const penalized = layers.filter(({ layer }) => layer.kernelPenalty).map(({ weight }) => weight);
    this.kernelPenalties = penalized.length > 0 ? new RowSums(blocks, penalized) : undefined;
    const byNorm = optimizer.clipNorm !== undefined || optimizer.globalClipNorm !== undefined;
    this.squares = byNorm ? new RowSums(blocks, network.parameters) : undefined;
    this.step = blocks.allocate(STEP_WORDS * 4);
    this.gather = blocks.allocate(STEP_WORDS * 4);
    const [step, divergences] = [this.step.at(), this.divergences.at()];
    this.draws = { seed: task.seed, step, divergences, training: true };
  }

  /** Floats of activations and gradients of a row. */
  get columns(): number {
    return this.workspace.columns + this.deltas.columns;
  }

  /** The packed operand of the weight gradient of layer `index`. */
  packAt(index: number): Address {
    return this.#packs.at(this.#packOffsets[index]);
  }

  release(): void {
    this.blocks.release();
  }
}
