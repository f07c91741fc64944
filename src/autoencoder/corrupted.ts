import { STEP_EPOCH, STEP_INDICES, STEP_WORDS } from "../../assembly/abi.js";
import { Matrix } from "../data/matrix.js";
import { checkValues, partOf, type Rows } from "../data/samples.js";
import { Blocks } from "../engine/blocks.js";
import type { Block } from "../engine/memory.js";
import type { Work } from "../engine/turns.js";
import type { Corruption } from "../layers/corruption.js";
import type { Seed } from "../math/seed.js";
import type { Network } from "../network/network.js";
import { addCorruption } from "../network/transitions.js";
import { scaleRows } from "../training/scaledRows.js";

/** The most rows that are corrupted at a time. */
const MOST_ROWS = 256;

/** What a block of rows goes through. */
interface Stages {
  readonly rows: number;
  readonly bytes: Block;
  readonly clean: Block;
  readonly corrupted: Block;
  /** Places of the rows among the samples, and the step block that has them. */
  readonly places: Block;
  readonly step: Block;
  /** The step block by which bytes are gathered, in order. */
  readonly gather: Block;
}

/**
 * Samples as the training step of an epoch gets them: row i with the noise of sample i. What the network scales is
 * scaled first, since that is what noise is added to, and unscaled again.
 */
export function* corruptedOf(
  network: Network,
  corruption: Corruption,
  seed: Seed,
  samples: Rows,
  epoch: number,
): Work<Matrix> {
  const { scaling } = network;
  scaling?.fitted();
  yield* checkValues(samples, scaling ? "finite" : "float32");
  const { rows, columns } = samples;
  const result = new Float32Array(rows * columns);
  const blocks = new Blocks(network.engine.memory);
  const stages = allocate(blocks, Math.min(rows, MOST_ROWS), columns);
  stages.step.words()[STEP_EPOCH] = epoch;
  try {
    for (let first = 0; first < rows; first += stages.rows) {
      const count = Math.min(stages.rows, rows - first);
      const bytes = load(network, stages, samples, first, count);
      const plan = compile(network, corruption, seed, stages, columns, count, bytes);
      try {
        yield plan;
      } finally {
        plan.release();
      }
      const part = result.subarray(first * columns, (first + count) * columns);
      part.set(stages.corrupted.floats(0, part.length));
      scaling?.invert(part);
      yield;
    }
  } finally {
    blocks.release();
  }
  return new Matrix(result, rows, columns);
}

function allocate(blocks: Blocks, rows: number, columns: number): Stages {
  const stepOf = (indices: Block) => {
    const step = blocks.allocate(STEP_WORDS * 4);
    step.words()[STEP_INDICES] = indices.at();
    return step;
  };
  const [places, order] = [blocks.allocate(rows * 4), blocks.allocate(rows * 4)];
  order.words().forEach((_, index, words) => {
    words[index] = index;
  });
  return {
    rows,
    bytes: blocks.allocate(rows * columns),
    clean: blocks.allocate(rows * columns * 4),
    corrupted: blocks.allocate(rows * columns * 4),
    places,
    step: stepOf(places),
    gather: stepOf(order),
  };
}

/** Copies a block of rows in; returns whether they are bytes still. */
function load({ scaling }: Network, stages: Stages, samples: Rows, first: number, count: number): boolean {
  stages.places.words(0, count).forEach((_, index, words) => {
    words[index] = first + index;
  });
  const part = partOf(samples, first, count);
  const clean = stages.clean.floats(0, part.length);
  if (scaling) scaleRows(scaling, samples, first, count, clean);
  else if (part instanceof Uint8Array) stages.bytes.view(0, part.length).set(part);
  else clean.set(part);
  return !scaling && part instanceof Uint8Array;
}

function compile(
  { engine }: Network,
  corruption: Corruption,
  seed: Seed,
  { bytes, clean, corrupted, step, gather }: Stages,
  columns: number,
  rows: number,
  areBytes: boolean,
) {
  const plan = engine.plan();
  plan.rows(rows, 2 * columns, () => {
    const batch = { source: bytes.at(), batch: clean.at(), step: gather.at() };
    if (areBytes) plan.call("gatherBytes", rows, { columns, ...batch });
    addCorruption(plan, corruption, columns, clean.at(), corrupted.at(), rows, { seed, step: step.at() });
  });
  return plan.build(engine.memory);
}
