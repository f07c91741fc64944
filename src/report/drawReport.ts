import { ArgumentError, type Evaluation, spearman } from "../index.js";
import { codeHistograms } from "./codes.js";
import type { Theme } from "./colours.js";
import { componentWalks } from "./componentWalks.js";
import { convolutions } from "./convolutionsOf.js";
import { errorDistribution, featureErrors } from "./distribution.js";
import { featureMaps, firstFilters } from "./featureMaps.js";
import { type Picture, toSvg } from "./figure.js";
import {
  decoderGrid,
  drawnImages,
  type ImageSubject,
  reconstructedImages,
  walks,
  worstImages,
} from "./images.js";
import { linearBaseline } from "./linearBaseline.js";
import { lossCurve } from "./loss.js";
import { nameOfLoss } from "./lossName.js";
import { trainingAdvice } from "./lossTrend.js";
import { codeMap } from "./map.js";
import { evaluationOf, type Measured, measure } from "./measure.js";
import { modelFindings, modelVerdict } from "./modelVerdict.js";
import { counted, shown } from "./numberText.js";
import { type Fact, toPage } from "./page.js";
import {
  decoderCurve,
  type Points,
  pointsByCode,
  pointsByError,
  reconstructedPoints,
  takePoints,
} from "./pointPictures.js";
import { imageShapeOf, type Subject } from "./subject.js";
import { decoderWeights, encoderWeights, outerLayers } from "./weightImages.js";

export type { Theme } from "./colours.js";
export { type ComparedModel, compareModels } from "./compareModels.js";
export type { LossHistory, Subject } from "./subject.js";

/** A picture that can be drawn for this model and data. */
interface Drawable {
  readonly name: string;
  /** Whether it is only drawn when asked for: a report has something that tells more. */
  readonly apart?: true;
  /** @param measured sends all samples through the model; pictures that do not need this never call it */
  draw(measured: () => Promise<Measured>): Promise<Picture>;
}

/** Options of a single picture. */
export interface PictureOptions {
  readonly theme?: Theme;
}

/** Draws a report on a model and its results for some samples, as one self-contained HTML document. */
export async function drawReport(subject: Subject, about: readonly Fact[] = []): Promise<string> {
  const measured = await measure(subject);
  const pictures: Picture[] = [];
  for (const { draw, apart } of drawables(subject))
    if (!apart) pictures.push(await draw(async () => measured));
  const { history } = subject;
  const advice = history && trainingAdvice(history.loss, history.valLoss);
  const notes = history?.loss.length
    ? []
    : ["There is no loss curve: the model's file has no training history."];
  const baseline = linearBaseline(subject, measured);
  return toPage({
    title: `${subject.modelTitle} on ${subject.dataTitle}`,
    verdict: modelVerdict(subject, measured, baseline),
    findings: modelFindings(subject, measured, baseline, advice),
    about,
    results: results(subject, measured, await evaluationOf(subject, measured)),
    pictures,
    notes,
  });
}

/**
 * Draws one picture as an SVG file.
 *
 * @throws {ArgumentError} if this model and data have no picture of that name
 */
export async function drawPicture(
  subject: Subject,
  name: string,
  { theme = "light" }: PictureOptions = {},
): Promise<string> {
  const all = drawables(subject);
  const drawable = all.find((one) => one.name === name);
  if (!drawable) {
    const why =
      name === "loss" ? "; there is no loss curve, because the model's file has no training history" : "";
    throw new ArgumentError(
      `there is no picture ${JSON.stringify(name)} of this model and data; the pictures are: ${all.map((one) => one.name).join(", ")}${why}`,
    );
  }
  return toSvg(await drawable.draw(() => measure(subject)), theme);
}

/** The names of the pictures that this model and data have. */
export function pictureNames(subject: Subject): string[] {
  return drawables(subject).map(({ name }) => name);
}

function drawables(subject: Subject): Drawable[] {
  const { history, model } = subject;
  const image = imageShapeOf(subject);
  const first: Drawable[] = history?.loss.length
    ? [{ name: "loss", draw: async () => lossCurve(history, nameOfLoss(model)) }]
    : [];
  if (model.inputSize === 2) return [...first, ...ofPoints(subject)];
  if (image) return [...first, ...ofImages({ ...subject, image })];
  return [
    ...first,
    { name: "errors", draw: async (measured) => errorDistribution(subject, await measured()) },
    { name: "features", draw: async (measured) => featureErrors(subject, await measured()) },
    ...ofCodes(subject),
  ];
}

function ofPoints(subject: Subject): Drawable[] {
  const { latentSize } = subject.model;
  let points: Points | undefined;
  /** A picture of some of the points; all pictures show the same ones. */
  const ofDrawn = (
    name: string,
    draw: (points: Points, measured: Measured) => Promise<Picture> | Picture,
  ) => ({
    name,
    async draw(measure: () => Promise<Measured>) {
      const measured = await measure();
      points ??= takePoints(subject, measured);
      return draw(points, measured);
    },
  });
  return [
    ofDrawn("reconstructions", reconstructedPoints),
    ofDrawn("errors", pointsByError),
    { name: "codes", draw: async (measured) => codeHistograms(subject, await measured()) },
    ofDrawn("points-by-code", (points) => pointsByCode(points, latentSize)),
    ofDrawn("curve", (points, measured) => decoderCurve(subject, points, measured)),
  ];
}

function ofImages(subject: ImageSubject): Drawable[] {
  const { description, latentSize } = subject.model;
  const grid: Drawable = { name: "grid", draw: async (measured) => decoderGrid(subject, await measured()) };
  const samples: Drawable = { name: "samples", draw: () => drawnImages(subject) };
  const components: Drawable = { name: "components", draw: () => componentWalks(subject) };
  return [
    { name: "reconstructions", draw: () => reconstructedImages(subject) },
    { name: "worst", draw: async (measured) => worstImages(subject, await measured()) },
    ...ofCodes(subject),
    ...(latentSize === 2 ? [grid] : []),
    { name: "walk", draw: () => walks(subject) },
    ...(description.latent ? [components, samples] : []),
    ...ofWeights(subject),
  ];
}

/** What the layers next to the images have learned: weights by pixel, or filters and what they find. */
function ofWeights(subject: ImageSubject): Drawable[] {
  const { first, last } = outerLayers(subject.model);
  // The many hidden units of a variational model are hardly more than noise to look at; its components tell more.
  const apart = subject.model.description.latent ? ({ apart: true } as const) : {};
  return [
    ...(first === "dense" ? [{ name: "encoder", draw: () => encoderWeights(subject), ...apart }] : []),
    ...(first === "conv2d" ? [{ name: "filters", draw: () => firstFilters(subject) }] : []),
    ...(convolutions(subject.model).length > 0
      ? [{ name: "feature-maps", draw: () => featureMaps(subject) }]
      : []),
    ...(last === "dense" ? [{ name: "decoder", draw: () => decoderWeights(subject), ...apart }] : []),
  ];
}

function ofCodes(subject: Subject): Drawable[] {
  const map: Drawable = { name: "map", draw: async (measured) => codeMap(subject, await measured()) };
  const histograms: Drawable = {
    name: "codes",
    draw: async (measured) => codeHistograms(subject, await measured()),
  };
  return subject.model.latentSize > 1 ? [histograms, map] : [histograms];
}

/** The table of results. */
function results(subject: Subject, measured: Measured, evaluation: Evaluation): Fact[] {
  const { model, positions } = subject;
  const { meanSquaredError, meanAbsoluteError, errors, rows, columns } = measured;
  const { loss, reconstructionLoss, klLoss } = evaluation;
  const units = model.scaling ? ", in the data's units" : "";
  const facts: Fact[] = [
    ["samples", counted(rows)],
    [`loss (${nameOfLoss(model)})`, shown(loss)],
    ...(reconstructionLoss === undefined
      ? []
      : [["reconstruction loss", shown(reconstructionLoss)] as const]),
    ...(klLoss === undefined ? [] : [["KL divergence of the codes", shown(klLoss)] as const]),
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
    let correlation = "not defined: the code has more than one component";
    if (model.latentSize === 1) {
      correlation = positions
        ? shown(spearman(measured.allCodes, positions))
        : "not known: no positions were given";
    }
    facts.push(["rank correlation of code and position (Spearman’s ρ)", correlation]);
  }
  return facts;
}
