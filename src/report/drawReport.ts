import { ArgumentError, spearman } from "../index.js";
import { codeHistograms } from "./codes.js";
import type { Theme } from "./colours.js";
import { errorDistribution, featureErrors } from "./distribution.js";
import { type Picture, toSvg } from "./figure.js";
import {
  decoderGrid,
  drawnImages,
  type ImageSubject,
  reconstructedImages,
  walks,
  worstImages,
} from "./images.js";
import { lossCurve } from "./loss.js";
import { codeMap } from "./map.js";
import { counted, shown } from "./numberText.js";
import { type Fact, toPage } from "./page.js";
import {
  decoderCurve,
  pointsByCode,
  pointsByError,
  reconstructedPoints,
  takePoints,
} from "./pointPictures.js";
import { type Measured, measure, type Subject } from "./subject.js";
import { decoderWeights, encoderWeights } from "./weightImages.js";

export type { Theme } from "./colours.js";
export type { LossHistory, Subject } from "./subject.js";

/** A picture that can be drawn of what was measured. */
interface Drawable {
  readonly name: string;
  draw(measured: Measured): Promise<Picture> | Picture;
}

/** What is asked of a picture that stands alone. */
export interface PictureOptions {
  readonly theme?: Theme;
}

/** A report of samples and what a model makes of them: one HTML document, which needs nothing beside itself. */
export async function drawReport(subject: Subject, about: readonly Fact[] = []): Promise<string> {
  const measured = await measure(subject);
  const pictures: Picture[] = [];
  for (const { draw } of drawables(subject)) pictures.push(await draw(measured));
  const missing = subject.history?.loss.length
    ? []
    : ["There is no curve of the loss, since no history of a training came with the model."];
  return toPage({
    title: `${subject.modelTitle} on ${subject.dataTitle}`,
    about,
    results: results(subject, measured),
    pictures,
    notes: missing,
  });
}

/**
 * One picture as an SVG file.
 *
 * @throws {ArgumentError} when there is no picture of that name for such samples
 */
export async function drawPicture(
  subject: Subject,
  name: string,
  { theme = "light" }: PictureOptions = {},
): Promise<string> {
  const all = drawables(subject);
  const drawable = all.find((one) => one.name === name);
  if (!drawable) {
    const why = name === "loss" ? "; the model's file has no history of a training, so there is no loss" : "";
    throw new ArgumentError(
      `picture ${JSON.stringify(name)} is not among those of this model and data: ${all.map((one) => one.name).join(", ")}${why}`,
    );
  }
  return toSvg(await drawable.draw(await measure(subject)), theme);
}

/** The names of the pictures that there are of such samples. */
export function pictureNames(subject: Subject): string[] {
  return drawables(subject).map(({ name }) => name);
}

function drawables(subject: Subject): Drawable[] {
  const { history, model, image } = subject;
  const first: Drawable[] = history?.loss.length
    ? [{ name: "loss", draw: () => lossCurve(history, nameOfLoss(model)) }]
    : [];
  if (model.inputSize === 2) return [...first, ...ofPoints(subject)];
  if (image) return [...first, ...ofImages({ ...subject, image })];
  return [
    ...first,
    { name: "errors", draw: (measured) => errorDistribution(subject, measured) },
    { name: "features", draw: (measured) => featureErrors(subject, measured) },
    ...ofCodes(subject),
  ];
}

function nameOfLoss({ description: { loss }, scaling }: Subject["model"]): string {
  return `${typeof loss === "string" ? loss : loss.kind}${scaling ? " of scaled values" : ""}`;
}

function ofPoints(subject: Subject): Drawable[] {
  const { latentSize } = subject.model;
  const points = (measured: Measured) => takePoints(subject, measured);
  return [
    { name: "reconstructions", draw: (measured) => reconstructedPoints(points(measured)) },
    { name: "errors", draw: (measured) => pointsByError(points(measured), measured) },
    { name: "codes", draw: (measured) => codeHistograms(subject, measured) },
    { name: "points-by-code", draw: (measured) => pointsByCode(points(measured), latentSize) },
    { name: "curve", draw: (measured) => decoderCurve(subject, points(measured), measured) },
  ];
}

function ofImages(subject: ImageSubject): Drawable[] {
  const { description, latentSize } = subject.model;
  const grid: Drawable = { name: "grid", draw: (measured) => decoderGrid(subject, measured) };
  const samples: Drawable = { name: "samples", draw: () => drawnImages(subject) };
  return [
    { name: "reconstructions", draw: (measured) => reconstructedImages(subject, measured) },
    { name: "worst", draw: (measured) => worstImages(subject, measured) },
    ...ofCodes(subject),
    ...(latentSize === 2 ? [grid] : []),
    { name: "walk", draw: (measured) => walks(subject, measured) },
    ...(description.latent ? [samples] : []),
    { name: "encoder", draw: () => encoderWeights(subject) },
    { name: "decoder", draw: () => decoderWeights(subject) },
  ];
}

function ofCodes(subject: Subject): Drawable[] {
  const map: Drawable = { name: "map", draw: (measured) => codeMap(subject, measured) };
  const histograms: Drawable = { name: "codes", draw: (measured) => codeHistograms(subject, measured) };
  return subject.model.latentSize > 1 ? [histograms, map] : [histograms];
}

/** The table. */
function results(subject: Subject, measured: Measured): Fact[] {
  const { model, positions } = subject;
  const { evaluation, meanSquaredError, meanAbsoluteError, errors, rows, columns } = measured;
  const { loss, reconstructionLoss, klLoss } = evaluation;
  const units = model.scaling ? ", in the data's units" : "";
  const facts: Fact[] = [
    ["samples", counted(rows)],
    [`loss (${nameOfLoss(model)})`, shown(loss)],
    ...(reconstructionLoss === undefined
      ? []
      : [["reconstruction loss", shown(reconstructionLoss)] as const]),
    ...(klLoss === undefined ? [] : [["divergence of the codes", shown(klLoss)] as const]),
    [`mean squared error (MSE)${units}`, shown(meanSquaredError)],
    [`mean absolute error (MAE)${units}`, shown(meanAbsoluteError)],
  ];
  if (columns === 2) {
    const largest = errors.reduce((most, error) => Math.max(most, error), 0);
    facts.push([`largest point error (distance${units})`, shown(Math.sqrt(2 * largest))]);
  }
  facts.push([
    "compression ratio",
    `${shown(columns / model.latentSize)} (${columns} values to ${model.latentSize})`,
  ]);
  if (columns === 2) {
    let told = "the code has more than one component";
    if (model.latentSize === 1) {
      told = positions ? shown(spearman(measured.allCodes, positions)) : "positions are not known";
    }
    facts.push(["rank correlation of code and position (Spearman’s ρ)", told]);
  }
  return facts;
}
