import { interpolate, latentGrid } from "../index.js";
import type { Picture } from "./figure.js";
import type { Measured } from "./measure.js";
import { evenly, extentOf, plural, quantile, shown } from "./numberText.js";
import { drawStrips, drawTile, type ImageShape, imageTile, type Range, type Strip } from "./strips.js";
import { component, rowOf, rowsOf, type Subject, takeNumbers, takeRows } from "./subject.js";
import { type Drawing, element, FONT_SIZE, textAt, WIDTH } from "./svg.js";

/** Number of samples in a row. */
const SHOWN = 10;
/** Number of walks, and steps of each. */
const WALKS = 5;
const STEPS = 10;
/** Steps of the decoder's grid in each direction. */
const GRID = 13;

/** A subject whose samples are images. */
export interface ImageSubject extends Subject {
  readonly image: ImageShape;
}

/** Originals above reconstructions. A denoising model also gets a row of the corrupted inputs that it reconstructs. */
export async function reconstructedImages(subject: ImageSubject): Promise<Picture> {
  const rows = rowsOf(subject);
  const { model, image } = subject;
  const chosen = variousRows(subject, rows, SHOWN);
  const originals = takeNumbers(subject, chosen);
  const range = imageRange(originals);
  const { corruption } = model.description;
  const corrupted = corruption && (await model.corrupt(originals)).data;
  const rebuilt = (await model.reconstruct(corrupted ?? originals)).data;
  const strip = (label: string, values: Float32Array): Strip => ({
    label,
    tiles: tilesOf(values, model.inputSize, image, range),
  });
  return {
    name: "reconstructions",
    title: corrupted ? "Originals, corrupted inputs and reconstructions" : "Originals and reconstructions",
    caption: `${chosen.length} of ${plural(rows, "sample")}${
      corrupted ? ", with noise as in training, and the reconstructions of the noisy ones" : ""
    }. ${scaleText(image, range)}`,
    drawing: await drawStrips(
      [
        strip("originals", originals),
        ...(corrupted ? [strip("corrupted inputs", corrupted)] : []),
        strip("reconstructions", rebuilt),
      ],
      SHOWN,
    ),
  };
}

/** The samples with the largest reconstruction errors. */
export async function worstImages(subject: ImageSubject, { rows, errors }: Measured): Promise<Picture> {
  const { model, image } = subject;
  const worst = Array.from(errors, (_, i) => i)
    .sort((a, b) => errors[b]! - errors[a]! || a - b)
    .slice(0, SHOWN);
  const originals = takeNumbers(subject, worst);
  const rebuilt = (await model.reconstruct(originals)).data;
  const range = imageRange(originals);
  return {
    name: "worst",
    title: "Worst reconstructions",
    caption: `The ${worst.length} of ${plural(rows, "sample")} with the largest mean squared error, worst first: from ${shown(errors[worst[0]!]!)} to ${shown(errors[worst.at(-1)!]!)}. Rows of the data: ${worst.join(", ")}. ${scaleText(image, range)}`,
    drawing: await drawStrips(
      [
        { label: "originals", tiles: tilesOf(originals, model.inputSize, image, range) },
        {
          label: "reconstructions, with their mean squared error",
          tiles: tilesOf(rebuilt, model.inputSize, image, range),
          notes: worst.map((row) => errors[row]!.toPrecision(2)),
        },
      ],
      SHOWN,
    ),
  };
}

/** Straight lines through the code space, from one sample to another. */
export async function walks(subject: ImageSubject): Promise<Picture> {
  const rows = rowsOf(subject);
  const { model, image } = subject;
  const count = Math.min(WALKS, Math.floor(rows / 2));
  const ends = variousRows(subject, rows, 2 * Math.max(1, count));
  const range = imageRange(takeNumbers(subject, ends));
  const strips: Strip[] = [];
  for (let i = 0; i < Math.max(1, count); i++) {
    const [from, to] = [ends[2 * i]!, ends[2 * i + 1] ?? ends[2 * i]!];
    const path = await interpolate(model, takeRows(subject, [from]), takeRows(subject, [to]), STEPS);
    strips.push({ tiles: tilesOf(path.data, model.inputSize, image, range) });
  }
  return {
    name: "walk",
    title: "Walks between samples",
    caption: `Each row goes from the reconstruction of one sample (left) to that of another (right), in ${STEPS} steps on the straight line between their codes. ${scaleText(image, range)}`,
    drawing: await drawStrips(strips, STEPS),
  };
}

/** The decoder's output for a grid of codes; only for codes with two components. */
export async function decoderGrid(subject: ImageSubject, { codes }: Measured): Promise<Picture> {
  const { model, image } = subject;
  const [low, high] = [0.01, 0.99].map((share) => [0, 1].map((d) => quantile(component(codes, 2, d), share)));
  const ranges = [0, 1].map((d) => extentOf([low![d]!, high![d]!]));
  const [first, second] = [ranges[0]!, ranges[1]!];
  const { data } = await latentGrid(model, {
    steps: GRID,
    low: [first[0], second[0]],
    high: [first[1], second[1]],
  });
  const range = imageRange(data);
  const left = 56;
  const width = (WIDTH - left) / GRID;
  const height = (width * image.height) / image.width;
  const parts: string[] = [];
  for (const [index, tile] of tilesOf(data, model.inputSize, image, range).entries()) {
    // The first component increases to the right, the second upwards.
    const [i, j] = [Math.floor(index / GRID), index % GRID];
    parts.push(await drawTile(tile, left + i * width, 20 + (GRID - 1 - j) * height, width, height));
  }
  return {
    name: "grid",
    title: "The decoder's grid",
    caption: `The decoder's output for a grid of ${GRID} × ${GRID} codes, from the 1st to the 99th percentile of each component. ${scaleText(image, range)}`,
    drawing: withAxes(parts, { left, top: 20, width: GRID * width, height: GRID * height }, first, second),
  };
}

/** New samples drawn from a variational model. */
export async function drawnImages({ model, image }: ImageSubject): Promise<Picture> {
  const { data } = await model.sample(3 * SHOWN);
  const range = imageRange(data);
  return {
    name: "samples",
    title: "New samples",
    caption: `The decoder's output for ${3 * SHOWN} codes drawn from the standard normal distribution with the model's seed. ${scaleText(image, range)}`,
    drawing: await drawStrips([{ tiles: tilesOf(data, model.inputSize, image, range) }], SHOWN),
  };
}

/** Draws axes around a grid of tiles. */
function withAxes(
  tiles: readonly string[],
  box: { left: number; top: number; width: number; height: number },
  first: readonly [number, number],
  second: readonly [number, number],
): Drawing {
  const small = { "font-size": FONT_SIZE - 1 };
  const [right, bottom] = [box.left + box.width, box.top + box.height];
  const short = (value: number) => Number(value.toPrecision(2)).toString().replace("-", "−");
  const ticks = [0, 0.5, 1].flatMap((share) => {
    const [x, y] = [box.left + share * box.width, bottom - share * box.height];
    const anchor = share === 0 ? "start" : share === 1 ? "end" : "middle";
    const at = (range: readonly [number, number]) => short(range[0] + share * (range[1] - range[0]));
    return [
      textAt(x, bottom + 16, at(first), { ...small, "text-anchor": anchor }),
      textAt(box.left - 6, y + (share === 1 ? 11 : share === 0 ? 0 : 4), at(second), {
        ...small,
        "text-anchor": "end",
      }),
    ];
  });
  const names = [
    textAt(box.left + box.width / 2, bottom + 34, "code z₁ →", { ...small, "text-anchor": "middle" }),
    textAt(0, 12, "↑ code z₂", small),
  ];
  const svg = [element("g", {}, ...tiles), ...ticks, ...names].join("");
  return { width: Math.max(WIDTH, right), height: bottom + 40, svg };
}

/** Evenly spaced rows of the data, or rows of each class in turn if there are labels. */
export function variousRows({ labels }: Subject, rows: number, count: number): number[] {
  if (!labels) return evenly(rows, count);
  const classes = new Map<number, number[]>();
  for (let row = 0; row < rows; row++) {
    const own = classes.get(labels[row]!) ?? [];
    if (own.length < count) own.push(row);
    classes.set(labels[row]!, own);
  }
  const ordered = [...classes.keys()].sort((a, b) => a - b).map((label) => classes.get(label)!);
  const rounds = Array.from({ length: count }, (_, round) =>
    ordered.flatMap((own) => own.slice(round, round + 1)),
  );
  return rounds.flat().slice(0, count);
}

/** One image per row of samples. */
export function tilesOf(values: Float32Array, columns: number, image: ImageShape, range: Range) {
  return evenly(values.length / columns, Infinity).map((i) =>
    imageTile(rowOf(values, columns, i), image, range),
  );
}

/** 0 to 1 if all values lie there, else from the smallest to the largest value. */
export function imageRange(values: Float32Array): Range {
  return values.every((value) => value >= 0 && value <= 1) ? [0, 1] : extentOf(values);
}

/** What black and white stand for. */
export function scaleText({ channels }: ImageShape, [low, high]: Range): string {
  return channels === 1
    ? `Black is ${shown(low)}, white is ${shown(high)}.`
    : `Of red, green and blue, ${shown(low)} is nothing and ${shown(high)} is full.`;
}
