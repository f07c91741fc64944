import { dot, line } from "@observablehq/plot";
import { ArgumentError } from "../index.js";
import { chart } from "./chart.js";
import { SERIES } from "./colours.js";
import { type Picture, toFigure } from "./figure.js";
import { imageRange, scaleText, tilesOf, variousRows } from "./images.js";
import { type Swatch, swatches } from "./legend.js";
import { wholeTicks } from "./loss.js";
import { nameOfLoss } from "./lossName.js";
import { type Measured, measure } from "./measure.js";
import { counted, extentOf, logTicks, plural, roomFor, shown, tick, ticksOf } from "./numberText.js";
import { grid, opening, section, toDocument } from "./page.js";
import { drawStrips } from "./strips.js";
import { imageShapeOf, rowsOf, type Subject, takeNumbers } from "./subject.js";
import { element, escapeText, stack } from "./svg.js";

/** A model to compare, with what its table says besides. */
export interface ComparedModel {
  readonly subject: Subject;
  /** Its layers, such as `784 → 32 → 784`. */
  readonly layers: string;
  /** Size of its file in bytes. */
  readonly bytes: number;
}

/** What was measured of one of them. */
interface Compared extends ComparedModel {
  readonly measured: Measured;
  readonly name: string;
}

/** The most models that can be told apart in a picture. */
const MOST_MODELS = SERIES.length;
/** Images in a row. */
const SHOWN = 10;
const DASHES = ["none", "7 3", "2 3", "7 3 2 3"];

/**
 * Draws a report that compares models on the same samples, as one self-contained HTML document: sizes, errors, losses, and
 * for images the reconstructions side by side.
 *
 * @throws {ArgumentError} for fewer than two models or more than four, and for samples of different sizes
 */
export async function compareModels(models: readonly ComparedModel[]): Promise<string> {
  check(models);
  const compared: Compared[] = [];
  for (const model of models) {
    compared.push({ ...model, name: model.subject.modelTitle, measured: await measure(model.subject) });
  }
  const title = `${models.length} models on ${models[0]!.subject.dataTitle}`;
  const pictures = [...lossPictures(compared), ...(await reconstructions(compared))];
  return toDocument(
    title,
    [
      element("h1", {}, escapeText(title)),
      ...opening(verdict(compared), findings(compared)),
      section({ name: "results", title: "Models and results", content: resultsTable(compared) }),
      element("div", { class: "pictures compared" }, ...pictures.map((picture) => toFigure(picture))),
    ],
    ".facts{margin-bottom:1rem}",
  );
}

function check(models: readonly ComparedModel[]): void {
  if (models.length < 2 || models.length > MOST_MODELS) {
    throw new ArgumentError(`a comparison takes 2 to ${MOST_MODELS} models, not ${models.length}`);
  }
  const [first, ...others] = models.map(({ subject }) => subject);
  const [rows, columns] = [rowsOf(first!), first!.model.inputSize];
  for (const other of others) {
    if (other.model.inputSize === columns && rowsOf(other) === rows) continue;
    throw new ArgumentError(
      `${other.modelTitle} takes ${plural(rowsOf(other), "sample")} of ${counted(other.model.inputSize)} values, but ${first!.modelTitle} ${counted(rows)} of ${counted(columns)}; only models of the same samples can be compared`,
    );
  }
}

/** The models, the smallest error first. */
function byError(compared: readonly Compared[]): Compared[] {
  return compared.toSorted((a, b) => a.measured.meanSquaredError - b.measured.meanSquaredError);
}

function verdict(compared: readonly Compared[]): string {
  const [best, second] = byError(compared) as [Compared, Compared];
  const [least, next] = [best, second].map(({ measured }) => measured.meanSquaredError) as [number, number];
  if (!(next > least)) return `${best.name} and ${second.name} rebuild these samples equally well.`;
  const less = Math.round(100 * (1 - least / next));
  return `${best.name} rebuilds these ${plural(best.measured.rows, "sample")} best: its mean squared error of ${shown(least)} is ${less < 1 ? "less than 1" : less} % below that of ${second.name}.`;
}

function findings(compared: readonly Compared[]): string[] {
  const best = byError(compared)[0]!;
  const leaner = compared.filter(
    ({ subject: { model } }) => model.parameterCount < best.subject.model.parameterCount,
  );
  return [
    ...compared.flatMap(({ name, measured }) => {
      if (name === best.name) return [];
      const wins = measured.errors.reduce((sum, e, i) => sum + (e < best.measured.errors[i]! ? 1 : 0), 0);
      return [
        `${name} rebuilds ${counted(wins)} of ${plural(measured.rows, "sample")} better than ${best.name}.`,
      ];
    }),
    ...leaner.map(
      ({ name, subject: { model }, measured }) =>
        `${name} has ${Math.round(100 * (1 - model.parameterCount / best.subject.model.parameterCount))} % fewer parameters, and ${shown(measured.meanSquaredError / best.measured.meanSquaredError)} times the error.`,
    ),
  ];
}

function resultsTable(compared: readonly Compared[]): string {
  const columns = [
    { title: "model" },
    ...["code", "parameters", "file, kB", "epochs", "MSE", "MAE", "largest MSE"].map(
      (title) => ({ title, number: true }) as const,
    ),
    { title: "layers" },
  ];
  const rows = compared.map(({ name, layers, bytes, subject: { model, history }, measured }) => [
    escapeText(name),
    counted(model.latentSize),
    counted(model.parameterCount),
    counted(Math.ceil(bytes / 1000)),
    history ? counted(history.loss.length) : "–",
    shown(measured.meanSquaredError),
    shown(measured.meanAbsoluteError),
    shown(measured.errors.reduce((most, error) => Math.max(most, error), 0)),
    escapeText(layers),
  ]);
  return grid(columns, rows, { stacked: true });
}

/** The losses of models whose losses can be compared: one picture for each kind of loss. */
function lossPictures(compared: readonly Compared[]): Picture[] {
  const trained = compared.filter(({ subject }) => subject.history?.loss.length);
  const nameOf = ({ subject }: Compared) => nameOfLoss(subject.model);
  return [...new Set(trained.map(nameOf))].map((name, i) =>
    lossPicture(
      trained.filter((model) => nameOf(model) === name),
      name,
      i,
      compared,
    ),
  );
}

function lossPicture(
  models: readonly Compared[],
  lossName: string,
  index: number,
  all: readonly Compared[],
): Picture {
  const series = models.flatMap((model) => {
    const { loss, valLoss } = model.subject.history!;
    const validated = valLoss.length > 0;
    const look = all.indexOf(model);
    return [{ name: model.name, look, values: validated ? valLoss : loss, validated }];
  });
  const values = series.flatMap((one) => one.values);
  const logarithmic = values.every((value) => value > 0);
  const [low, high] = extentOf(values);
  const ticks = logarithmic ? logTicks([low, high]) : undefined;
  const epoch = (_: number, i: number) => i + 1;
  const body = chart({
    height: 280,
    marginLeft: roomFor(ticks?.map(tick) ?? ticksOf([low, high])),
    marginBottom: 40,
    x: {
      label: "epoch",
      labelAnchor: "center",
      ticks: wholeTicks(Math.max(...series.map(({ values }) => values.length))),
      tickFormat: tick,
    },
    y: {
      type: logarithmic ? "log" : "linear",
      domain: [low, high],
      label: `${lossName}${logarithmic ? ", log scale" : ""}`,
      grid: true,
      ticks: ticks ?? 5,
      tickFormat: tick,
    },
    marks: series.flatMap(({ name, look, values }) => [
      line(values, {
        x: epoch,
        y: (value: number) => value,
        stroke: SERIES[look]!,
        strokeWidth: 2,
        strokeDasharray: DASHES[look]!,
      }),
      dot(values, {
        x: epoch,
        y: (value: number) => value,
        r: values.length > 1 ? 5 : 3,
        fill: SERIES[look]!,
        fillOpacity: values.length > 1 ? 0 : 1,
        title: (value: number, i: number) => `${name}, epoch ${counted(i + 1)}: ${shown(value)}`,
      }),
    ]),
  });
  const legend = series.map(
    ({ name, look }): Swatch => ({
      label: name,
      colour: SERIES[look]!,
      shape: look === 0 ? "line" : "dashed",
    }),
  );
  const ends = series.map(
    ({ name, values, validated }) => `${name} ${shown(values.at(-1)!)}${validated ? " (validation)" : ""}`,
  );
  return {
    name: index === 0 ? "loss" : `loss-${index + 1}`,
    title: "Loss by epoch",
    caption: `At the end: ${ends.join(", ")}.${models.length < all.length ? " Losses of another kind cannot be compared with these." : ""}`,
    drawing: stack([swatches(legend), body]),
  };
}

/** Originals above the reconstructions of each model, if the samples are images. */
async function reconstructions(compared: readonly Compared[]): Promise<Picture[]> {
  const [{ subject }] = compared as [Compared];
  const image = imageShapeOf(subject);
  if (!image || subject.model.inputSize === 2) return [];
  const chosen = variousRows(subject, rowsOf(subject), SHOWN);
  const originals = takeNumbers(subject, chosen);
  const range = imageRange(originals);
  const tiles = (values: Float32Array) => tilesOf(values, subject.model.inputSize, image, range);
  const strips = [{ label: "originals", tiles: tiles(originals) }];
  for (const { name, subject: own } of compared) {
    const rebuilt = await own.model.reconstruct(takeNumbers(own, chosen));
    strips.push({ label: name, tiles: tiles(rebuilt.data) });
  }
  return [
    {
      name: "reconstructions",
      title: "Originals and reconstructions",
      caption: `${chosen.length} of ${plural(rowsOf(subject), "sample")}, by each model. ${scaleText(image, range)}`,
      drawing: await drawStrips(strips, SHOWN),
    },
  ];
}
