import { Autoencoder } from "../autoencoder/autoencoder.js";
import { type Hints, integer, knownKeys, requireSampleOptions } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import { type Engine, isEngine } from "../engine/engine.js";
import type { EngineOptions } from "../engine/engineOptions.js";
import { checkSeed, type Seed } from "../math/seed.js";
import type { Detection } from "./detectAnomalies.js";
import { checkDetectionThreshold, type DetectionThreshold } from "./detectionThreshold.js";
import { AnomalyDetector } from "./detector.js";
import { flagRows, rowsAt } from "./flagRows.js";
import { type GivenShape, type ImageInput, imageRows, imageShapeOf } from "./imageInput.js";
import { IMAGE_BATCH, imageEpochs, imageModel } from "./imageModel.js";
import { checkLabels, type Labels, readLabels } from "./ranking.js";
import { type ExplainOptions, REASONS } from "./reasons.js";
import { checkRunOptions, type RunOptions } from "./runOptions.js";
import { StepLosses } from "./stepLosses.js";

/** Options of `detectImages`; all are optional. `onProgress` is called after each pass through the images. */
export interface DetectImagesOptions
  extends DetectionThreshold,
    ExplainOptions,
    RunOptions<ImageDetectionProgress> {
  /**
   * Height and width of the images, and 3 for RGB; needed unless `images` has a `shape` of its own, as the results of
   * `loadImages`, `imageSamples` and `decodeIdx` have.
   */
  imageShape?: GivenShape;
  /** Images to learn from instead of `images`, ideally without odd ones. */
  fitOn?: ImageInput;
  /** Known labels: 1 or true for an odd image, 0 or false for a normal one. Nothing is learned from them. */
  labels?: Labels;
  /**
   * Training steps of 64 images each, rounded up to whole passes. Default: 8 passes, and 32 with `fitOn`, but at least 16
   * steps and at most 1,500. Much longer training would teach it the odd images, too.
   */
  steps?: number;
  /** Seed for everything random; default 0. The same seed gives the same scores. */
  seed?: Seed;
  /**
   * Engine options, or an engine to share; default: an engine of its own. Its `math` is `"portable"` unless you set it to
   * `"fast"`, so that the same images are flagged everywhere.
   */
  engine?: EngineOptions | Engine;
}

/** Progress of `detectImages`. */
export interface ImageDetectionProgress {
  /** Passes through the images so far. */
  readonly epoch: number;
  /** All passes. */
  readonly epochs: number;
}

/**
 * The result of `detectImages`: as of `detectAnomalies`, but scores are mean squared errors of values from 0 to 1, reasons
 * name the regions of an image, and the detector has one model, whose file every command and every function for models
 * can read.
 */
export interface ImageDetection extends Omit<Detection, "detector"> {
  /** The trained detector, for use on further images. You must dispose it. */
  readonly detector: AnomalyDetector;
}

const KEYS: readonly (keyof DetectImagesOptions)[] = [
  ...(["contamination", "sigma", "threshold", "top", "imageShape", "fitOn", "labels", "steps"] as const),
  ...(["seed", "engine", "signal", "onProgress"] as const),
];

const HINTS: Hints = {
  epochs: "training goes on for a number of steps, whatever the number of images: steps",
  inputshape: "the size of the images is imageShape",
  columns: "reasons are by regions of the image; the detector's explain takes columns",
};

/**
 * Finds the odd ones among images of one size, and says where they are odd. It needs no labels and no options: a small
 * autoencoder learns what most images have in common, and images that it rebuilds badly are odd.
 *
 * ```ts
 * const { flags, reasons } = await detectImages(await loadImages("photos/", { width: 64, height: 64 }));
 * for (const reason of reasons) console.log(reason.row, describeReason(reason));
 * ```
 *
 * @param images one a row: the result of `loadImages` or `imageSamples`, or samples as for `Autoencoder.fit` together with
 *   `imageShape`. Numbers must be from 0 to 1; bytes count as value / 255.
 * @throws {ArgumentError} {ShapeError} {NonFiniteError} for invalid images or options, before any training
 */
export function detectImages(images: ImageInput, options?: DetectImagesOptions): Promise<ImageDetection>;
export async function detectImages(
  images: ImageInput,
  options: DetectImagesOptions = {},
  ...surplus: unknown[]
): Promise<ImageDetection> {
  requireSampleOptions("detectImages", options, surplus);
  const task = check(images, options);
  const model = await Autoencoder.create({
    ...imageModel(task.shape, task.seed),
    engine: isEngine(options.engine) ? options.engine : { math: "portable", ...options.engine },
  });
  try {
    return await detect(task, model);
  } catch (error) {
    await model.dispose();
    throw error;
  }
}

type Task = ReturnType<typeof check>;

function check(images: ImageInput, options: DetectImagesOptions) {
  knownKeys("detectImages", options, KEYS, HINTS);
  const rule = checkDetectionThreshold(options);
  if (rule.kind === "labels" && options.labels === undefined) {
    throw new ArgumentError('threshold "labels" needs labels, 1 for each image that is odd, else 0');
  }
  checkRunOptions(options);
  const { signal, onProgress, steps } = options;
  const shape = imageShapeOf(images, options.imageShape);
  const size = shape[0] * shape[1] * shape[2];
  const rows = imageRows("images", images, size);
  const fitOn = options.fitOn === undefined ? rows : imageRows("fitOn", options.fitOn, size);
  return {
    ...{ rule, shape, rows, fitOn, signal, onProgress },
    epochs: imageEpochs(
      fitOn.rows,
      steps === undefined ? undefined : integer("steps", steps),
      fitOn !== rows,
    ),
    seed: checkSeed("seed", options.seed ?? 0),
    top: integer("top", options.top ?? REASONS),
    labels: options.labels === undefined ? undefined : checkLabels(readLabels(options.labels), rows.rows),
  };
}

async function detect(task: Task, model: Autoencoder): Promise<ImageDetection> {
  const { rule, rows, fitOn, epochs, labels, top, signal, onProgress } = task;
  const began = performance.now();
  const losses = new StepLosses();
  await model.fit(fitOn.data, {
    epochs,
    batchSize: IMAGE_BATCH,
    onBatchEnd: ({ step, loss }) => losses.add(step, loss),
    onEpochEnd: ({ epoch }) => onProgress?.({ epoch, epochs }),
    ...(signal && { signal }),
  });
  const history = { loss: losses.means(1), seconds: (performance.now() - began) / 1000 };
  const scores = await model.reconstructionError(rows.data);
  const fitted = fitOn === rows ? scores : await model.reconstructionError(fitOn.data);
  const { results, flagged } = flagRows({ rule, scores, fitted, labels });
  const detector = AnomalyDetector.of(model, { threshold: results.threshold, rule });
  const explained = flagged.length === 0 ? [] : await detector.explain(rowsAt(rows, flagged).data, { top });
  return {
    ...results,
    reasons: explained.map((reasons, i) => ({ ...reasons, row: flagged[i]! })),
    history,
    detector,
  };
}
