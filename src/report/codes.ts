import { dot, frame, rectY, ruleY, text } from "@observablehq/plot";
import { chart } from "./chart.js";
import { swatches } from "./legend.js";
import {
  counted,
  evenly,
  extentOf,
  fewTicks,
  histogram,
  plural,
  quantile,
  roomBeside,
  roomFor,
  tick,
  ticksAcross,
  ticksOf,
} from "./numbers.js";
import type { Picture } from "./picture.js";
import { component, subscript } from "./plane.js";
import { principalComponents } from "./principal.js";
import type { Measured, Subject } from "./subject.js";
import { type Drawing, stack, WIDTH } from "./svg.js";
import { classColour } from "./theme.js";

/** Components whose histograms are drawn. */
const MOST_COMPONENTS = 32;
/** Codes that a map shows. */
const MOST_POINTS = 2_000;
/** Classes that a legend has room for. */
const MOST_CLASSES = 24;

/** How the codes' values are spread, a histogram for each component. */
export function codeHistograms({ model }: Subject, measured: Measured): Picture {
  const { latentSize } = model;
  const { codes } = measured;
  const of = model.description.latent ? "mean of the code" : "code";
  const title = latentSize === 1 ? "Histogram of the code" : "Histograms of the code's components";
  const about = codesTold(measured);
  if (latentSize === 1) {
    return { name: "codes", title, caption: about, drawing: oneHistogram(codes, `${of} z`) };
  }
  const chosen = mostVaried(codes, latentSize);
  const which =
    chosen.length < latentSize
      ? ` The ${chosen.length} of ${latentSize} components that vary most are drawn.`
      : "";
  return {
    name: "codes",
    title,
    caption: `${about} All have one horizontal axis; each bar's height is the share of the samples, on a square-root scale.${which}`,
    drawing: manyHistograms(codes, latentSize, chosen, of),
  };
}

function codesTold({ rows, coded }: Measured): string {
  return coded.length < rows
    ? `Codes of ${counted(coded.length)} of ${plural(rows, "sample")}, evenly spread.`
    : `Codes of all ${plural(rows, "sample")}.`;
}

function oneHistogram(codes: Float32Array, label: string): Drawing {
  const range = extentOf(codes);
  const bins = histogram(codes, 40, range);
  return chart({
    height: 280,
    marginLeft: roomFor(ticksOf(extentOf([0, ...bins.map(({ count }) => count)]))),
    marginRight: roomBeside(range),
    marginBottom: 42,
    x: { domain: range, label, labelAnchor: "center", ticks: ticksAcross(range), tickFormat: tick },
    y: { label: "samples", grid: true, ticks: 5, tickFormat: tick },
    marks: [
      rectY(bins, {
        x1: "from",
        x2: "to",
        y: "count",
        fill: "var(--first)",
        inset: 0.5,
      }),
      ruleY([0]),
    ],
  });
}

/** The components of the greatest variance, in their own order. */
function mostVaried(codes: Float32Array, latentSize: number): number[] {
  const variances = Array.from({ length: latentSize }, (_, d) => variance(component(codes, latentSize, d)));
  return variances
    .map((_, d) => d)
    .sort((a, b) => variances[b]! - variances[a]! || a - b)
    .slice(0, MOST_COMPONENTS)
    .sort((a, b) => a - b);
}

function variance(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

function manyHistograms(
  codes: Float32Array,
  latentSize: number,
  chosen: readonly number[],
  of: string,
): Drawing {
  const side = Math.min(4, chosen.length);
  const lines = Math.ceil(chosen.length / side);
  const range = extentOf(codes);
  const cells = chosen.map((d, i) => ({
    name: `z${subscript(d + 1)}`,
    d,
    column: i % side,
    line: Math.floor(i / side),
  }));
  const bars = cells.flatMap(({ d, column, line }) => {
    const values = component(codes, latentSize, d);
    return histogram(values, 24, range).map((bin) => ({
      ...bin,
      share: bin.count / values.length,
      column,
      line,
    }));
  });
  return chart({
    height: 60 + lines * (lines > 2 ? 62 : 130),
    marginLeft: 48,
    marginBottom: 42,
    marginTop: 26,
    x: {
      domain: range,
      label: of,
      labelAnchor: "center",
      ticks: side > 2 ? fewTicks(range) : 5,
      tickFormat: tick,
    },
    y: {
      type: "sqrt",
      domain: [0, 1],
      label: "share of the samples",
      ticks: [0.05, 0.5],
      tickFormat: tick,
      grid: true,
    },
    fx: { axis: null, padding: 0.12 },
    fy: { axis: null, padding: 0.18 },
    marks: [
      frame({ stroke: "var(--line)" }),
      rectY(bars, { x1: "from", x2: "to", y: "share", fx: "column", fy: "line", fill: "var(--first)" }),
      text(cells, {
        fx: "column",
        fy: "line",
        text: "name",
        frameAnchor: "top-right",
        dx: -5,
        dy: 4,
        fontWeight: "bold",
        stroke: "var(--paper)",
        strokeWidth: 4,
        fill: "currentColor",
      }),
    ],
  });
}

/** Where codes lie in the plane, coloured by class where classes are known. */
export function codeMap({ model, labels }: Subject, { codes, coded, rows }: Measured): Picture {
  const { latentSize } = model;
  const places = evenly(coded.length, MOST_POINTS);
  const { x, y, names } = planeOf(codes, latentSize);
  const of = (values: ArrayLike<number>) => places.map((place) => values[place]!);
  const classes = labels && places.map((place) => labels[coded[place]!]!);
  const known = [...new Set(classes)].sort((a, b) => a - b);
  const colours = classes?.map((label) => classColour(known.indexOf(label)));
  const [xs, ys] = [of(x), of(y)];
  const [across, up] = [extentOf(xs), extentOf(ys)];
  const margins = {
    marginLeft: roomFor(ticksOf(up)),
    marginRight: roomBeside(across),
    marginTop: 24,
    marginBottom: 42,
  };
  const body = chart({
    ...margins,
    height: WIDTH,
    inset: 8,
    grid: true,
    x: {
      domain: across,
      label: names[0],
      labelAnchor: "center",
      ticks: ticksAcross(across),
      tickFormat: tick,
    },
    y: { domain: up, label: names[1], ticks: 6, tickFormat: tick },
    marks: [
      dot(
        { length: places.length },
        {
          x: xs,
          y: ys,
          r: 2.4,
          fillOpacity: 0.75,
          fill: colours ? { value: colours, scale: null } : "var(--first)",
        },
      ),
      ...(classes ? [classNames(xs, ys, classes, known)] : []),
    ],
  });
  const legend =
    known.length > 0 && known.length <= MOST_CLASSES
      ? [swatches(known.map((label, i) => ({ label: tick(label), colour: classColour(i) })))]
      : [];
  const drawn =
    places.length < rows
      ? `${counted(places.length)} of ${plural(rows, "sample")}, evenly spread, are drawn.`
      : `All ${plural(rows, "sample")} are drawn.`;
  const meaning = classes
    ? "The colour is the sample's label, which also stands at the middle of its class."
    : "No labels were given to colour the points by.";
  return {
    name: "map",
    title: "Map of the codes",
    caption: `${latentSize === 2 ? "Each point is a sample's code." : `The code's ${latentSize} components, turned so that the two directions in which codes vary most are drawn.`} ${meaning} ${drawn}`,
    drawing: stack([...legend, body]),
  };
}

/** Codes of two components as they are, wider ones by their first two principal components. */
function planeOf(codes: Float32Array, latentSize: number) {
  if (latentSize === 2) {
    const names = ["code z₁", "code z₂"] as const;
    return { x: component(codes, 2, 0), y: component(codes, 2, 1), names };
  }
  const { x, y, shares } = principalComponents(codes, latentSize);
  const percent = (share: number) => `${(100 * share).toFixed(0)} % of the variance`;
  const names = [
    `1st principal component, ${percent(shares[0])}`,
    `2nd principal component, ${percent(shares[1])}`,
  ] as const;
  return { x, y, names };
}

/** The name of each class at the medians of its points, on a halo. */
function classNames(
  xs: readonly number[],
  ys: readonly number[],
  classes: readonly number[],
  known: readonly number[],
) {
  const middles = known.map((label) => {
    const own = (values: readonly number[]) =>
      quantile(
        values.filter((_, i) => classes[i] === label),
        0.5,
      );
    return { label: tick(label), x: own(xs), y: own(ys) };
  });
  return text(middles, {
    x: "x",
    y: "y",
    text: "label",
    fontSize: 15,
    fontWeight: "bold",
    fill: "currentColor",
    stroke: "var(--paper)",
    strokeWidth: 5,
  });
}
