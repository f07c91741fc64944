import { type ChannelValueSpec, dot, link, type Markish } from "@observablehq/plot";
import { chart } from "./chart.js";
import { type PointSymbol, rampColour, SERIES } from "./colours.js";
import type { Picture } from "./figure.js";
import { rampLegend, type Swatch, swatches } from "./legend.js";
import type { Measured } from "./measure.js";
import {
  counted,
  evenly,
  extentOf,
  plural,
  quantile,
  ranking,
  roomBeside,
  roomFor,
  shown,
  subscript,
  tick,
  ticksAcross,
  ticksOf,
} from "./numberText.js";
import { component, pickRows, type Subject, takeNumbers } from "./subject.js";
import { type Drawing, stack, WIDTH } from "./svg.js";

/** The most points to draw. */
const MOST_POINTS = 2_000;
/** The colour scale covers at least this share of the distances. */
const COLOURED_ERRORS = 0.98;
/** Number of points on the decoder's curve. */
const CURVE_POINTS = 240;
/** The most components of the code to draw a curve for. */
const MOST_CURVES = SERIES.length;

/** Samples with two features, their reconstructions and codes. */
export interface Points {
  readonly rows: readonly number[];
  readonly originals: Float32Array;
  readonly rebuilt: Float32Array;
  /** The first component of each code. */
  readonly codes: Float32Array;
  /** Says how many points are drawn. */
  readonly drawn: string;
}

/** Chooses the points to draw. */
export function takePoints(subject: Subject, { rows, allCodes, rebuiltPoints }: Measured): Points {
  const chosen = evenly(rows, MOST_POINTS);
  const originals = takeNumbers(subject, chosen);
  const { latentSize } = subject.model;
  const rebuilt = pickRows(rebuiltPoints!, 2, chosen);
  const codes = Float32Array.from(chosen, (row) => allCodes[row * latentSize]!);
  const drawn =
    chosen.length === rows
      ? `All ${plural(rows, "point")} are drawn.`
      : `${counted(chosen.length)} of ${plural(rows, "point")}, evenly spaced, are drawn.`;
  return { rows: chosen, originals, rebuilt, codes, drawn };
}

/** Original and reconstructed points. */
export function reconstructedPoints({ rows, originals, rebuilt, drawn }: Points): Picture {
  const names: Swatch[] = [
    { label: "original", colour: "var(--first)" },
    { label: "reconstruction", colour: "var(--second)", shape: "triangle" },
  ];
  const body = plane(
    [originals, rebuilt],
    [
      dots(originals, { fill: "var(--first)", fillOpacity: 0.55, title: titles(rows, originals) }),
      dots(rebuilt, {
        fill: "var(--second)",
        fillOpacity: 0.8,
        symbol: "triangle",
        title: titles(rows, rebuilt, () => ", reconstructed"),
      }),
    ],
  );
  return {
    name: "reconstructions",
    title: "Original and reconstructed points",
    caption: `Original points, with their reconstructions on top. ${drawn}`,
    drawing: stack([swatches(names), body]),
  };
}

/** Points coloured by the distance to their reconstructions. */
export function pointsByError({ originals, rows, drawn }: Points, { errors }: Measured): Picture {
  const distances = rows.map((row) => Math.sqrt(2 * errors[row]!));
  const [low, most] = extentOf(distances);
  const high = quantile(distances, COLOURED_ERRORS);
  // Otherwise a few far points would leave all others in one colour.
  const cut = most > 1.5 * high && high > low;
  const top = cut ? high : most;
  const colours = distances.map((distance) => rampColour((distance - low) / (top - low)));
  return {
    name: "errors",
    title: "Points by reconstruction error",
    caption: `The colour shows the distance between a point and its reconstruction; the largest is ${shown(Math.max(...distances))}. ${drawn}`,
    drawing: stack([
      rampLegend("distance, in the data's units", [shown(low), cut ? `${shown(top)} or more` : shown(top)]),
      plane(
        [originals],
        [
          dots(originals, {
            fill: { value: colours, scale: null },
            title: titles(rows, originals, (i) => `\ndistance ${shown(distances[i]!)}`),
          }),
        ],
      ),
    ]),
  };
}

/** Points coloured by their code. */
export function pointsByCode({ rows, originals, codes, drawn }: Points, latentSize: number): Picture {
  const which = latentSize === 1 ? "code" : "first component of the code";
  const colours = Array.from(codes, byRank(codes));
  return {
    name: "points-by-code",
    title: "Points by code",
    caption: `The colour shows the rank of the point's ${which}. If it changes smoothly along the data, the code keeps their order. ${drawn}`,
    drawing: stack([
      rankLegend(latentSize === 1 ? "code z, by rank" : "code z₁, by rank", codes),
      plane(
        [originals],
        [
          dots(originals, {
            fill: { value: colours, scale: null },
            title: titles(rows, originals, (i) => `\n${which} ${shown(codes[i]!)}`),
          }),
        ],
      ),
    ]),
  };
}

/** Colours codes by rank, because they may be dense in one part of the data and sparse in another. */
function byRank(codes: Float32Array): (code: number) => string {
  const rank = ranking(codes);
  return (code) => rampColour(rank(code));
}

/** A legend of ranks: the smallest, the median and the largest code. */
function rankLegend(label: string, codes: Float32Array): Drawing {
  const [low, high] = extentOf(codes);
  return rampLegend(label, [shown(low), shown(quantile(codes, 0.5)), shown(high)]);
}

/** The curve of the decoder's outputs when the code runs through its range. */
export async function decoderCurve(
  { model }: Subject,
  { originals, drawn }: Points,
  { codes }: Measured,
): Promise<Picture> {
  const { latentSize } = model;
  const sigmoid = outputActivation(model.description.encoder) === "sigmoid" && !model.description.latent;
  const middles = Array.from({ length: latentSize }, (_, d) =>
    quantile(component(codes, latentSize, d), 0.5),
  );
  const curves: Float32Array[] = [];
  const ranges: (readonly [number, number])[] = [];
  const zs: Float64Array[] = [];
  for (let d = 0; d < Math.min(latentSize, MOST_CURVES); d++) {
    const own = component(codes, latentSize, d);
    // Codes of a sigmoid lie between 0 and 1. Others have no fixed bounds, so the data set them.
    const range = sigmoid ? ([0.01, 0.99] as const) : extentOf(own);
    const along = walkOf(own, range);
    curves.push((await model.decode(lineOfCodes(middles, d, along))).data);
    ranges.push(range);
    zs.push(along);
  }
  const single = latentSize === 1;
  const legend = single
    ? rankLegend("code z, by rank", codes)
    : swatches(curves.map((_, d) => ({ label: `z${subscript(d + 1)}`, colour: SERIES[d]!, shape: "line" })));
  const colour = byRank(component(codes, latentSize, 0));
  const body = plane(
    [originals, ...curves],
    [
      dots(originals, { fill: "var(--muted)", fillOpacity: 0.45 }),
      ...curves.map((curve, d) => segments(curve, (i) => (single ? colour(zs[0]![i]!) : SERIES[d]!))),
    ],
  );
  const spans = ranges.map(
    ([low, high], d) => `${single ? "z" : `z${subscript(d + 1)}`} from ${shown(low)} to ${shown(high)}`,
  );
  const others = single ? "" : "; the other components stay at their medians";
  return {
    name: "curve",
    title: "The decoder's curve over the data",
    caption: `The decoder's output for ${spans.join(", ")}${others}. ${drawn}`,
    drawing: stack([legend, body]),
  };
}

const outputActivation = (layers: Subject["model"]["description"]["encoder"]) =>
  layers.findLast((layer) => layer.kind === "dense" || layer.kind === "activation")?.activation;

/** Codes through a range: half at even steps, half at codes of samples, so that dense parts get more points. */
function walkOf(codes: Float32Array, [low, high]: readonly [number, number]): Float64Array {
  const half = CURVE_POINTS / 2;
  const even = Array.from({ length: half }, (_, i) => low + ((high - low) * i) / (half - 1));
  const sorted = codes.toSorted();
  const taken = evenly(sorted.length, half).map((i) => Math.min(high, Math.max(low, sorted[i]!)));
  return Float64Array.from([...even, ...taken]).sort();
}

/** Codes in which one component varies and the others stay at `middles`. */
function lineOfCodes(middles: readonly number[], component: number, along: Float64Array): Float32Array {
  const codes = new Float32Array(along.length * middles.length);
  along.forEach((z, i) => {
    codes.set(middles, i * middles.length);
    codes[i * middles.length + component] = z;
  });
  return codes;
}

function dots(
  points: Float32Array,
  style: { fill: ChannelValueSpec; fillOpacity?: number; title?: readonly string[]; symbol?: PointSymbol },
): Markish {
  return dot({ length: points.length / 2 }, { x: axis(points, 0), y: axis(points, 1), r: 2.6, ...style });
}

/** What points say when the pointer rests on them. */
function titles(
  rows: readonly number[],
  points: Float32Array,
  more: (i: number) => string = () => "",
): string[] {
  return rows.map(
    (row, i) => `row ${counted(row + 1)}: (${shown(points[2 * i]!)}, ${shown(points[2 * i + 1]!)})${more(i)}`,
  );
}

/** A curve in segments, each coloured by its first point. */
function segments(points: Float32Array, colour: (index: number) => string): Markish {
  const [x, y] = [axis(points, 0), axis(points, 1)];
  const count = x.length - 1;
  return link(
    { length: count },
    {
      x1: x.subarray(0, -1),
      y1: y.subarray(0, -1),
      x2: x.subarray(1),
      y2: y.subarray(1),
      stroke: { value: Array.from({ length: count }, (_, i) => colour(i)), scale: null },
      strokeWidth: 3.5,
      strokeLinecap: "round",
    },
  );
}

/** The x or y coordinates of points. */
function axis(points: Float32Array, which: 0 | 1): Float32Array {
  return Float32Array.from({ length: points.length / 2 }, (_, i) => points[2 * i + which]!);
}

/** A square plot that has room for all sets of points. */
function plane(sets: readonly Float32Array[], marks: Markish[]): Drawing {
  const range = (which: 0 | 1) => extentOf(sets.flatMap((points) => [...axis(points, which)]));
  const [x, y] = [range(0), range(1)];
  const margins = {
    marginLeft: roomFor(ticksOf(y)),
    marginRight: roomBeside(x),
    marginTop: 24,
    marginBottom: 42,
  };
  return chart({
    ...margins,
    height: WIDTH - margins.marginLeft - margins.marginRight + margins.marginTop + margins.marginBottom,
    inset: 8,
    grid: true,
    x: {
      domain: x,
      label: "x₁, in the data's units",
      labelAnchor: "center",
      ticks: ticksAcross(x),
      tickFormat: tick,
    },
    y: { domain: y, label: "x₂, in the data's units", ticks: 6, tickFormat: tick },
    marks,
  });
}
