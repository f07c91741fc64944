import { type ChannelValueSpec, dot, link, type Markish } from "@observablehq/plot";
import { chart } from "./chart.js";
import { rampLegend, type Swatch, swatches } from "./legend.js";
import { counted, evenly, extentOf, plural, quantile, shown, tick } from "./numbers.js";
import type { Picture } from "./picture.js";
import { type Measured, type Subject, takeNumbers } from "./subject.js";
import { type Drawing, stack, WIDTH } from "./svg.js";
import { rampColour, SERIES } from "./theme.js";

/** Points that are drawn. */
const MOST_POINTS = 2_000;
/** Points of the decoder's curve. */
const CURVE_POINTS = 240;
/** Components of the code whose curves are drawn. */
const MOST_CURVES = SERIES.length;

/** Samples of the plane and what the model makes of them. */
interface Points {
  readonly rows: readonly number[];
  readonly originals: Float32Array;
  readonly rebuilt: Float32Array;
  /** First component of the codes. */
  readonly codes: Float32Array;
  /** How many are drawn, for the reader. */
  readonly drawn: string;
}

/** Takes the points to be drawn. */
export async function takePoints(subject: Subject, { rows }: Measured): Promise<Points> {
  const chosen = evenly(rows, MOST_POINTS);
  const originals = takeNumbers(subject, chosen);
  const { model } = subject;
  const encoded = await model.encode(originals);
  const rebuilt = (await model.decode(encoded)).data;
  const codes = Float32Array.from(chosen, (_, i) => encoded.data[i * encoded.columns]!);
  const drawn =
    chosen.length === rows
      ? `All ${plural(rows, "point")} are drawn.`
      : `${counted(chosen.length)} of ${plural(rows, "point")}, evenly spread, are drawn.`;
  return { rows: chosen, originals, rebuilt, codes, drawn };
}

/** Original against reconstructed points. */
export function reconstructedPoints({ originals, rebuilt, drawn }: Points): Picture {
  const names: Swatch[] = [
    { label: "original", colour: "var(--first)" },
    { label: "reconstruction", colour: "var(--second)" },
  ];
  const body = plane(
    [originals, rebuilt],
    [
      dots(originals, { fill: "var(--first)", fillOpacity: 0.55 }),
      dots(rebuilt, { fill: "var(--second)", fillOpacity: 0.8 }),
    ],
  );
  return {
    name: "reconstructions",
    title: "Original and reconstructed points",
    caption: `What the decoder makes of each point's code, over the points. ${drawn}`,
    drawing: stack([swatches(names), body]),
  };
}

/** Points coloured by how far their reconstructions are from them. */
export function pointsByError({ originals, rows, drawn }: Points, { errors }: Measured): Picture {
  const distances = rows.map((row) => Math.sqrt(2 * errors[row]!));
  return coloured(originals, distances, {
    name: "errors",
    title: "Points by reconstruction error",
    label: "distance, in units of x",
    caption: `The colour is the distance between a point and its reconstruction. ${drawn}`,
  });
}

/** Points coloured by their code. */
export function pointsByCode({ originals, codes, drawn }: Points, latentSize: number): Picture {
  const which = latentSize === 1 ? "code" : "first component of the code";
  return coloured(originals, codes, {
    name: "points-by-code",
    title: "Points by code",
    label: latentSize === 1 ? "code z" : "code z₁",
    caption: `The colour is the point's ${which}: where it changes smoothly along the data, the code keeps their order. ${drawn}`,
  });
}

/** What the decoder draws when the code runs through its range. */
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
  const ranges: [number, number][] = [];
  for (let d = 0; d < Math.min(latentSize, MOST_CURVES); d++) {
    // A sigmoid gives all codes between 0 and 1; others have no bounds but those of the data.
    const range: [number, number] = sigmoid ? [0.01, 0.99] : extentOf(component(codes, latentSize, d));
    curves.push((await model.decode(lineOfCodes(middles, d, range))).data);
    ranges.push(range);
  }
  const single = latentSize === 1;
  const legend = single
    ? rampLegend("code z", ranges[0]!)
    : swatches(curves.map((_, d) => ({ label: `z${subscript(d + 1)}`, colour: SERIES[d]!, shape: "line" })));
  const body = plane(
    [originals, ...curves],
    [
      dots(originals, { fill: "var(--muted)", fillOpacity: 0.45 }),
      ...curves.map((curve, d) => segments(curve, (share) => (single ? rampColour(share) : SERIES[d]!))),
    ],
  );
  const told = ranges.map(
    ([low, high], d) => `${single ? "z" : `z${subscript(d + 1)}`} from ${shown(low)} to ${shown(high)}`,
  );
  const others = single ? "" : ", each with the other components at their medians";
  return {
    name: "curve",
    title: "The decoder's curve over the data",
    caption: `What the decoder makes of ${told.join(", ")}${others}. ${drawn}`,
    drawing: stack([legend, body]),
  };
}

const outputActivation = (layers: Subject["model"]["description"]["encoder"]) =>
  layers.findLast((layer) => layer.kind === "dense")?.activation;

/** One component of codes. */
export function component(codes: Float32Array, latentSize: number, index: number): Float32Array {
  return Float32Array.from({ length: codes.length / latentSize }, (_, i) => codes[i * latentSize + index]!);
}

/** `₁` of 1. */
export function subscript(value: number): string {
  return String(value).replace(/\d/g, (digit) => String.fromCodePoint(0x2080 + Number(digit)));
}

function lineOfCodes(middles: readonly number[], along: number, [low, high]: readonly [number, number]) {
  const codes = new Float32Array(CURVE_POINTS * middles.length);
  for (let i = 0; i < CURVE_POINTS; i++) {
    codes.set(middles, i * middles.length);
    codes[i * middles.length + along] = low + ((high - low) * i) / (CURVE_POINTS - 1);
  }
  return codes;
}

interface Colouring {
  readonly name: string;
  readonly title: string;
  readonly label: string;
  readonly caption: string;
}

function coloured(points: Float32Array, values: ArrayLike<number>, told: Colouring): Picture {
  const range = extentOf(Array.from(values));
  const colours = Array.from(values, (value) => rampColour((value - range[0]) / (range[1] - range[0])));
  const body = plane([points], [dots(points, { fill: { value: colours, scale: null } })]);
  return {
    name: told.name,
    title: told.title,
    caption: told.caption,
    drawing: stack([rampLegend(told.label, range), body]),
  };
}

function dots(points: Float32Array, style: { fill: ChannelValueSpec; fillOpacity?: number }): Markish {
  return dot({ length: points.length / 2 }, { x: axis(points, 0), y: axis(points, 1), r: 2.6, ...style });
}

/** A curve in pieces, each with a colour by its share of the way. */
function segments(points: Float32Array, colour: (share: number) => string): Markish {
  const [x, y] = [axis(points, 0), axis(points, 1)];
  const count = x.length - 1;
  return link(
    { length: count },
    {
      x1: x.subarray(0, -1),
      y1: y.subarray(0, -1),
      x2: x.subarray(1),
      y2: y.subarray(1),
      stroke: { value: Array.from({ length: count }, (_, i) => colour((i + 0.5) / count)), scale: null },
      strokeWidth: 3.5,
      strokeLinecap: "round",
    },
  );
}

/** x or y of points. */
function axis(points: Float32Array, which: 0 | 1): Float32Array {
  return Float32Array.from({ length: points.length / 2 }, (_, i) => points[2 * i + which]!);
}

/** A square with the axes of the plane, which has room for all of the sets of points. */
function plane(sets: readonly Float32Array[], marks: Markish[]): Drawing {
  const range = (which: 0 | 1) => extentOf(sets.flatMap((points) => [...axis(points, which)]));
  const margins = { marginLeft: 50, marginRight: 14, marginTop: 24, marginBottom: 42 };
  return chart({
    ...margins,
    height: WIDTH - margins.marginLeft - margins.marginRight + margins.marginTop + margins.marginBottom,
    inset: 8,
    grid: true,
    x: {
      domain: range(0),
      label: "x₁, in the data's units",
      labelAnchor: "center",
      ticks: 6,
      tickFormat: tick,
    },
    y: { domain: range(1), label: "x₂, in the data's units", ticks: 6, tickFormat: tick },
    marks,
  });
}
