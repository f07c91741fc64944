import { basename } from "node:path";
import { hasDetector } from "../anomaly/detectorFile.js";
import { rowResults, withResults } from "../anomaly/rowResults.js";
import type { Table } from "../data/index.js";
import { inPath } from "../files/inPath.js";
import { AnomalyDetector, ArgumentError, detectImages } from "../index.js";
import { type LoadedSamples, loadSafetensors, saveModel, saveTable } from "../node.js";
import { plural } from "../report/numberText.js";
import { type DetectOptions, detectionOptions, ruleText } from "./detectOptions.js";
import { emitAll, print, printNotes } from "./detectOutput.js";
import { imagesToScore, type ScoredImages } from "./imagesToScore.js";
import { timesText } from "./samplesSource.js";
import { detectorEngine, type Found, scoreSamples } from "./savedDetector.js";
import { assertNoTableOptions } from "./tableOptions.js";
import { say } from "./terminal.js";
import { writeImageReport } from "./writeDetectionReport.js";

/**
 * Finds the odd ones of images, and says where they are odd.
 *
 * @param loaded the images, if they are an array that has been read
 */
export async function detectInImages(
  name: string,
  options: DetectOptions,
  loaded?: LoadedSamples,
): Promise<void> {
  const { out, save, model, fit, report, json } = options;
  assertNoTableOptions(options, "images", "");
  if (options.members !== undefined)
    throw new ArgumentError("--members is for tables; images have one model");
  if (options.threshold === "labels") {
    throw new ArgumentError("--threshold labels is for tables with a label column; images have none");
  }
  const began = performance.now();
  const saved = model === undefined ? undefined : await openImageDetector(model, options);
  try {
    const fitted = fit === undefined ? undefined : await imagesToScore(fit, options);
    const like = saved?.model ?? (fitted && { inputShape: fitted.shape.slice(1) });
    const images = await imagesToScore(name, options, like, loaded);
    if (!json) printImages(name, images);
    const found = saved ? await score(saved, images) : await train(images, fitted, options);
    try {
      const results = rowResults(found, undefined);
      const seconds = (performance.now() - began) / 1000;
      if (out !== undefined) await saveTable(out, withResults(namesOf(images), results));
      if (save !== undefined) await saveModel(save, found.detector as AnomalyDetector);
      if (report !== undefined) await writeImageReport(report, images, found, { name, fitted, model });
      const printed = {
        rows: images.shape[0],
        noun: "image" as const,
        nameOf: (row: number) => images.names?.[row] ?? String(row + 1),
      };
      if (json) emitAll(imageEvent(images), printed, found, results, undefined, seconds, options);
      else print(printed, found, results, undefined, seconds, options);
    } finally {
      await found.detector.dispose();
    }
  } finally {
    await saved?.dispose();
  }
}

/** A detector of images that `--save` wrote, or a model of images with a threshold. */
async function openImageDetector(path: string, options: DetectOptions): Promise<AnomalyDetector> {
  const file = await loadSafetensors(path);
  if (!hasDetector(file.metadata)) {
    throw new ArgumentError(
      `--model ${JSON.stringify(path)} is no detector of images; detect --save writes one`,
    );
  }
  return inPath(path, () => AnomalyDetector.fromSafetensors(file, { engine: detectorEngine(options) }));
}

async function train(
  { data, shape }: ScoredImages,
  fitted: ScoredImages | undefined,
  options: DetectOptions,
): Promise<Found> {
  const detection = await detectImages(
    { data, shape },
    {
      ...detectionOptions(options),
      ...(fitted && { fitOn: fitted }),
      engine: detectorEngine(options),
    },
  );
  return { ...detection, seed: options.seed, ruleText: ruleText(options, "image") };
}

function score(detector: AnomalyDetector, { data }: ScoredImages): Promise<Found> {
  const { columns, inputSize } = detector;
  const rowAt = (row: number) => data.subarray(row * inputSize, (row + 1) * inputSize);
  return scoreSamples(detector, { samples: data, columns, rowAt });
}

function printImages(name: string, { shape, notes }: ScoredImages): void {
  printNotes(notes);
  say(`${plural(shape[0], "image")} of ${timesText(shape.slice(1))} from ${basename(name)}\n`);
}

function imageEvent({ shape, notes }: ScoredImages) {
  return { event: "images", shape, notes };
}

/** The images as a table that results can be added to. */
function namesOf({ shape: [rows], names }: ScoredImages): Table {
  const column = names
    ? { name: "file", values: names }
    : { name: "image", values: Float64Array.from({ length: rows }, (_, row) => row + 1) };
  return { rows, columns: [column] };
}
