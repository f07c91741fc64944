import { ArgumentError, orderCorrelation } from "../index.js";
import { codeHistograms } from "./codes.js";
import { errorDistribution, featureErrors } from "./distribution.js";
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
import { counted, shown } from "./numbers.js";
import { type Fact, toPage } from "./page.js";
import { type Picture, toSvg } from "./picture.js";
import { decoderCurve, pointsByCode, pointsByError, reconstructedPoints, takePoints } from "./plane.js";
import { type Measured, measure, type Subject } from "./subject.js";
import type { Theme } from "./theme.js";
import { decoderWeights, encoderWeights } from "./weights.js";

export type { LossHistory, Subject } from "./subject.js";
export type { Theme } from "./theme.js";

/** A picture that can be drawn. */
interface Drawable {
  readonly name: string;
  draw(): Promise<Picture> | Picture;
}

/** What is asked of a picture that stands alone. */
export interface PictureOptions {
  readonly theme?: Theme;
}

/** A report of samples and what a model makes of them: one HTML document, which needs nothing beside itself. */
export async function drawReport(subject: Subject, about: readonly Fact[] = []): Promise<string> {
  const measured = await measure(subject);
  const pictures: Picture[] = [];
  for (const { draw } of drawables(subject, measured)) pictures.push(await draw());
  const missing = subject.history?.loss.length
    ? []
    : ["There is no curve of the loss, since no history of a training came with the model."];
  return toPage({
    title: `${subject.modelTitle} on ${subject.dataTitle}`,
    about,
    results: await results(subject, measured),
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
  const names = pictureNames(subject);
  if (!names.includes(name)) {
    const why = name === "loss" ? "; the model's file has no history of a training, so there is no loss" : "";
    throw new ArgumentError(
      `picture ${JSON.stringify(name)} is not among those of this model and data: ${names.join(", ")}${why}`,
    );
  }
  const measured = await measure(subject);
  const drawable = drawables(subject, measured).find((one) => one.name === name)!;
  return toSvg(await drawable.draw(), theme);
}

/** The names of the pictures that there are of such samples. */
export function pictureNames(subject: Subject): string[] {
  // Nothing is drawn, so nothing has to be measured.
  return drawables(subject, {} as Measured).map(({ name }) => name);
}

function drawables(subject: Subject, measured: Measured): Drawable[] {
  const { history, model, image } = subject;
  const lossName = nameOfLoss(model);
  const first: Drawable[] = history?.loss.length
    ? [{ name: "loss", draw: () => lossCurve(history, lossName) }]
    : [];
  if (model.inputSize === 2) return [...first, ...ofPoints(subject, measured)];
  if (image) return [...first, ...ofImages({ ...subject, image }, measured)];
  return [
    ...first,
    { name: "errors", draw: () => errorDistribution(subject, measured) },
    { name: "features", draw: () => featureErrors(subject, measured) },
    ...ofCodes(subject, measured),
  ];
}

function nameOfLoss({ description: { loss }, scaling }: Subject["model"]): string {
  return `${typeof loss === "string" ? loss : loss.kind}${scaling ? " of scaled values" : ""}`;
}

function ofPoints(subject: Subject, measured: Measured): Drawable[] {
  const points = () => takePoints(subject, measured);
  return [
    { name: "reconstructions", draw: async () => reconstructedPoints(await points()) },
    { name: "errors", draw: async () => pointsByError(await points(), measured) },
    { name: "codes", draw: () => codeHistograms(subject, measured) },
    { name: "points-by-code", draw: async () => pointsByCode(await points(), subject.model.latentSize) },
    { name: "curve", draw: async () => decoderCurve(subject, await points(), measured) },
  ];
}

function ofImages(subject: ImageSubject, measured: Measured): Drawable[] {
  const { description, latentSize } = subject.model;
  return [
    { name: "reconstructions", draw: () => reconstructedImages(subject, measured) },
    { name: "worst", draw: () => worstImages(subject, measured) },
    ...ofCodes(subject, measured),
    ...(latentSize === 2 ? [{ name: "grid", draw: () => decoderGrid(subject, measured) }] : []),
    { name: "walk", draw: () => walks(subject, measured) },
    ...(description.latent ? [{ name: "samples", draw: () => drawnImages(subject) }] : []),
    { name: "encoder", draw: () => encoderWeights(subject) },
    { name: "decoder", draw: () => decoderWeights(subject) },
  ];
}

function ofCodes(subject: Subject, measured: Measured): Drawable[] {
  return [
    { name: "codes", draw: () => codeHistograms(subject, measured) },
    ...(subject.model.latentSize > 1 ? [{ name: "map", draw: () => codeMap(subject, measured) }] : []),
  ];
}

/** The table. */
async function results(subject: Subject, measured: Measured): Promise<Fact[]> {
  const { model, positions, data } = subject;
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
      told = positions ? shown(await orderCorrelation(model, data, positions)) : "positions are not known";
    }
    facts.push(["rank correlation of code and position (Spearman’s ρ)", told]);
  }
  return facts;
}
