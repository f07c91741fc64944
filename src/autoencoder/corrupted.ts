import { integer, knownKeys } from "../common/check.js";
import { ArgumentError, StateError } from "../common/errors.js";
import { checkByEngine } from "../data/engineCheck.js";
import { Matrix } from "../data/matrix.js";
import { partOf, type Rows } from "../data/samples.js";
import type { Engine } from "../engine/engine.js";
import { StepBlock } from "../engine/stepBlock.js";
import { Storage } from "../engine/storage.js";
import type { Tensor } from "../engine/tensor.js";
import type { Work } from "../engine/turns.js";
import { addCorruption, type Corruption } from "../layers/corruption.js";
import type { Seed } from "../math/seed.js";
import type { Learner } from "../network/learner.js";
import type { Network } from "../network/network.js";
import { scaleRows } from "../training/scaledRows.js";

/** Epoch numbers are 32-bit integers in the kernels. */
const MOST_EPOCH = 2 ** 32 - 1;

/** The most rows that are corrupted at once. */
const MOST_ROWS = 256;

/** The buffers that a block of rows passes through. */
class Stages {
  readonly rows: number;
  readonly storage: Storage;
  readonly bytes: Tensor<Uint8Array>;
  readonly clean: Tensor;
  readonly corrupted: Tensor;
  /** Positions of the rows among the samples, which determine the noise. */
  readonly places: Tensor<Uint32Array>;
  readonly step: StepBlock;
  /** Indices for gathering bytes in order. */
  readonly gather: StepBlock;

  constructor(engine: Engine, rows: number, columns: number, epoch: number) {
    const storage = new Storage(engine);
    this.rows = rows;
    this.storage = storage;
    this.bytes = storage.octets(rows, columns);
    this.clean = storage.floats(rows, columns);
    this.corrupted = storage.floats(rows, columns);
    this.places = storage.words(rows);
    this.step = new StepBlock(storage);
    this.step.indices = this.places;
    this.step.epoch = epoch;
    this.gather = StepBlock.inOrder(storage, rows);
  }
}

/**
 * The samples as a training step of an epoch receives them: row i has the noise of sample i. Noise is added to scaled
 * samples, so they are scaled first and unscaled afterwards.
 *
 * @throws {StateError} if the model has no corruption, or its scaling has not been learned yet
 * @throws {ArgumentError} for invalid options
 */
export function* corruptedOf(
  { network, task }: Learner,
  samples: Rows,
  options: { epoch?: number },
): Work<Matrix> {
  knownKeys("corrupt", options, ["epoch"]);
  const epoch = integer("epoch", options.epoch ?? 0, 0);
  if (epoch > MOST_EPOCH) throw new ArgumentError(`epoch must be at most ${MOST_EPOCH}, not ${epoch}`);
  const { corruption, seed } = task;
  if (!corruption) {
    throw new StateError(
      "corrupt needs a denoising model, which has a corruption such as gaussianNoise(0.2)",
    );
  }
  const { scaling, engine } = network;
  scaling?.fitted();
  yield* checkByEngine(engine, samples, scaling ? "finite" : "float32");
  const { rows, columns } = samples;
  const result = new Float32Array(rows * columns);
  const stages = new Stages(engine, Math.min(rows, MOST_ROWS), columns, epoch);
  try {
    for (let first = 0; first < rows; first += stages.rows) {
      const count = Math.min(stages.rows, rows - first);
      const bytes = load(network, stages, samples, first, count);
      const plan = compile(engine, corruption, seed, stages, count, bytes);
      yield plan;
      stages.storage.remove(plan);
      const part = result.subarray(first * columns, (first + count) * columns);
      part.set(stages.corrupted.values.subarray(0, part.length));
      scaling?.invert(part);
      yield;
    }
  } finally {
    stages.storage.release();
  }
  return new Matrix(result, rows, columns);
}

/** Copies in a block of rows. Returns whether they are still bytes. */
function load({ scaling }: Network, stages: Stages, samples: Rows, first: number, count: number): boolean {
  for (let row = 0; row < count; row++) stages.places.values[row] = first + row;
  const part = partOf(samples, first, count);
  const clean = stages.clean.values.subarray(0, part.length);
  const bytes = !scaling && part instanceof Uint8Array;
  if (scaling) scaleRows(scaling, samples, first, count, clean);
  else if (bytes) stages.bytes.values.set(part);
  else clean.set(part);
  return bytes;
}

function compile(
  engine: Engine,
  corruption: Corruption,
  seed: Seed,
  { bytes, clean, corrupted, step, gather, storage }: Stages,
  rows: number,
  areBytes: boolean,
) {
  const plan = engine.plan();
  const columns = clean.shape[1]!;
  plan.rows(rows, 2 * columns, () => {
    const batch = { source: bytes, batch: clean, step: gather.tensor };
    if (areBytes) plan.call("gatherBytes", rows, { columns, ...batch });
    addCorruption(plan, corruption, { rows, x: clean.first(rows), y: corrupted.first(rows) }, { seed, step });
  });
  return storage.plan(plan);
}
