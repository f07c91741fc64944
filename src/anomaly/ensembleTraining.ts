import { Autoencoder } from "../autoencoder/autoencoder.js";
import { ArgumentError } from "../common/errors.js";
import { Matrix } from "../data/matrix.js";
import { partsOf, type Rows } from "../data/samples.js";
import { ColumnStatistics, type ScalingParameters } from "../data/scaling.js";
import { SampleRandom } from "../datasets/sampleRandom.js";
import type { Engine } from "../engine/engine.js";
import type { Seed } from "../math/seed.js";
import type { Columns } from "./columns.js";
import { Ensemble, type Member } from "./ensemble.js";
import { BATCH_SIZE, memberDescription } from "./memberDescription.js";
import { columnErrors, scaleRows, toInput } from "./ratios.js";
import { StepLosses } from "./stepLosses.js";

/** How an ensemble is trained. */
export interface EnsembleTraining {
  readonly members: number;
  /** Training steps per member; undefined to derive it from the number of rows. */
  readonly steps: number | undefined;
  readonly seed: Seed;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: DetectionProgress) => void) | undefined;
}

/** Progress of `detectAnomalies`. */
export interface DetectionProgress {
  /** Number of members trained so far. */
  readonly member: number;
  /** Total number of members. */
  readonly members: number;
}

/** How the training of an ensemble went. */
export interface DetectionHistory {
  /** Loss of each training step, in order: the mean over the members, from before the step's update. */
  readonly loss: readonly number[];
  /** Wall time of the training, in seconds. */
  readonly seconds: number;
}

/** Default number of training steps per member. With more, it would learn the anomalies, too. */
const STEPS = 200;
/** By default, no member sees a row more often than this; otherwise it would memorize small tables. */
const MOST_EPOCHS = 15;
/** The most rows used to compute mean errors. */
const MOST_MEASURED = 2048;
/** The most training values to prepare at once. */
const ELEMENTS_AT_ONCE = 1 << 22;
/** Random streams: seeds of members, their row orders, and the rows on which errors are measured. */
const [SEEDS, ORDERS, MEASURED] = [0x656e7301, 0x656e7302, 0x656e7303];

/**
 * Trains the members of an ensemble, one after the other.
 *
 * @param rows rows with finite values only
 * @throws {NonFiniteError} if a column's range is too large for 64-bit floats
 * @throws the signal's reason
 */
export async function trainEnsemble(
  rows: Rows,
  columns: Columns,
  engine: Engine,
  training: EnsembleTraining,
): Promise<{ ensemble: Ensemble; history: DetectionHistory }> {
  const began = performance.now();
  const { scaling, still } = learnColumns(rows, columns);
  const { seed, signal, onProgress } = training;
  const measured = prepared(rows, someRows(rows.rows, seed), scaling, still);
  const members: Member[] = [];
  const losses = new StepLosses();
  const random = new SampleRandom(seed, SEEDS);
  try {
    for (let index = 0; index < training.members; index++) {
      signal?.throwIfAborted();
      const description = memberDescription(rows.columns, random.at(index).uint32());
      const model = await Autoencoder.create({ ...description, engine });
      members.push({ model, meanErrors: new Float64Array(columns.length) });
      for (const block of trainingBlocks(rows, index, training)) {
        const { input } = prepared(rows, block, scaling, still);
        const samples = new Matrix(input, block.length, rows.columns);
        await model.fit(samples, {
          batchSize: BATCH_SIZE,
          shuffle: false,
          onBatchEnd: ({ step, loss }) => losses.add(step, loss),
          ...(signal && { signal }),
        });
      }
      losses.endMember();
      await measure(members[index]!, measured, columns, still);
      onProgress?.({ member: index + 1, members: training.members });
    }
    const loss = losses.means(training.members);
    const history = { loss, seconds: (performance.now() - began) / 1000 };
    return { ensemble: new Ensemble(columns, scaling, members), history };
  } catch (error) {
    await Promise.all(members.map(({ model }) => model.dispose()));
    throw error;
  }
}

/** Means and deviations of all features, and 1 for each feature of a column whose value never changes. */
function learnColumns(rows: Rows, columns: Columns): { scaling: ScalingParameters; still: Uint8Array } {
  const statistics = new ColumnStatistics(rows.columns);
  for (const { part } of partsOf(rows)) statistics.add(part);
  const scaling = statistics.finiteParameters("standard", rows.name);
  const constant = statistics.constant();
  const still = new Uint8Array(rows.columns);
  for (const { features } of columns) {
    if (features.every((feature) => constant[feature])) for (const feature of features) still[feature] = 1;
  }
  return { scaling, still };
}

/** Row indices for a member's training, block by block: the whole table in one random order after another. */
function* trainingBlocks(
  { rows, columns }: Rows,
  index: number,
  { seed, steps }: EnsembleTraining,
): Generator<Uint32Array> {
  let left = BATCH_SIZE * (steps ?? Math.min(STEPS, Math.ceil((MOST_EPOCHS * rows) / BATCH_SIZE)));
  const most = Math.max(1, Math.floor(ELEMENTS_AT_ONCE / columns / BATCH_SIZE)) * BATCH_SIZE;
  const random = new SampleRandom(seed, ORDERS).at(index);
  const order = Uint32Array.from({ length: rows }, (_, row) => row);
  let used = rows;
  while (left > 0) {
    const block = new Uint32Array(Math.min(left, most));
    for (let i = 0; i < block.length; i++) {
      if (used === rows) used = 0;
      block[i] = draw(order, used++, random);
    }
    left -= block.length;
    yield block;
  }
}

/** The next row of a random order after `used` rows (one step of a Fisher–Yates shuffle). */
function draw(order: Uint32Array, used: number, random: SampleRandom): number {
  const at = used + Math.floor(random.uniform() * (order.length - used));
  const row = order[at]!;
  order[at] = order[used]!;
  order[used] = row;
  return row;
}

/** All rows, or a random sample of the size used for mean errors. */
function someRows(rows: number, seed: Seed): Uint32Array {
  const order = Uint32Array.from({ length: rows }, (_, row) => row);
  if (rows <= MOST_MEASURED) return order;
  const random = new SampleRandom(seed, MEASURED).at(0);
  for (let used = 0; used < MOST_MEASURED; used++) draw(order, used, random);
  return order.slice(0, MOST_MEASURED);
}

interface Prepared {
  readonly scaled: Float32Array;
  readonly input: Float32Array;
}

/** Rows of a table, both scaled and as network input. */
function prepared(rows: Rows, chosen: Uint32Array, scaling: ScalingParameters, still: Uint8Array): Prepared {
  const { data, columns, name } = rows;
  if (data.length !== rows.rows * columns) {
    throw new ArgumentError(
      `${name} has lost its memory: its buffer was transferred or resized during training`,
    );
  }
  const scaled = new Float32Array(chosen.length * columns);
  chosen.forEach((row, i) => {
    const at = i * columns;
    scaleRows(data.subarray(row * columns, (row + 1) * columns), scaling, scaled.subarray(at, at + columns));
  });
  return { scaled, input: toInput(scaled, still) };
}

/** Computes a member's mean errors from rows, possibly including rows it was trained on. */
async function measure(
  { model, meanErrors }: Member,
  { scaled, input }: Prepared,
  columns: Columns,
  still: Uint8Array,
): Promise<void> {
  const rows = input.length / still.length;
  const { data } = await model.reconstruct(new Matrix(input, rows, still.length));
  const errors = new Float64Array(rows * columns.length);
  columnErrors(columns, still.length, scaled, data, errors);
  columns.forEach(({ features }, column) => {
    if (still[features[0]!]) return;
    let sum = 0;
    for (let i = column; i < errors.length; i += columns.length) sum += errors[i]!;
    // Never exactly 0: that would mark the column as one that never changes.
    meanErrors[column] = Math.max(sum / rows, 2 ** -40);
  });
}
