import { frame, rectY, ruleY, text } from "@observablehq/plot";
import { chart } from "./chart.js";
import type { Picture } from "./figure.js";
import type { Measured } from "./measure.js";
import {
  counted,
  extentOf,
  fewTicks,
  histogram,
  plural,
  roomBeside,
  roomFor,
  shown,
  subscript,
  tick,
  ticksAcross,
  ticksOf,
} from "./numberText.js";
import { component, type Subject } from "./subject.js";
import type { Drawing } from "./svg.js";

/** The most components to draw a histogram for. Most of a variational code are noise, so fewer of those. */
const [MOST_COMPONENTS, MOST_VARIATIONAL] = [32, 10];

/** A histogram of each component of the codes. */
export function codeHistograms({ model }: Subject, measured: Measured): Picture {
  const { latentSize } = model;
  const { codes } = measured;
  const of = model.description.latent ? "mean of the code" : "code";
  const title = latentSize === 1 ? "Histogram of the code" : "Histograms of the code's components";
  const about = sampleNote(measured);
  if (latentSize === 1) {
    return { name: "codes", title, caption: about, drawing: oneHistogram(codes, `${of} z`) };
  }
  const chosen = mostVaried(codes, latentSize, model.description.latent ? MOST_VARIATIONAL : MOST_COMPONENTS);
  const which =
    chosen.length < latentSize
      ? ` Shown: the ${chosen.length} of ${latentSize} components with the greatest variance.`
      : "";
  return {
    name: "codes",
    title,
    caption: `${about} All histograms share one horizontal axis. The height of a bar is its share of the samples, on a square-root scale.${which}`,
    drawing: manyHistograms(codes, latentSize, chosen, of),
  };
}

/** How many samples the histograms show. */
function sampleNote({ rows, coded }: Measured): string {
  return coded.length < rows
    ? `Codes of ${counted(coded.length)} of ${plural(rows, "sample")}, evenly spaced.`
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
        title: ({ from, to, count }) => `${shown(from)} to ${shown(to)}: ${plural(count, "sample")}`,
      }),
      ruleY([0]),
    ],
  });
}

/** The components with the greatest variance, in their original order. */
function mostVaried(codes: Float32Array, latentSize: number, most: number): number[] {
  const variances = Array.from({ length: latentSize }, (_, d) => variance(component(codes, latentSize, d)));
  return variances
    .map((_, d) => d)
    .sort((a, b) => variances[b]! - variances[a]! || a - b)
    .slice(0, most)
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
      title: `z${subscript(d + 1)}, ${shown(bin.from)} to ${shown(bin.to)}: ${plural(bin.count, "sample")}`,
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
      rectY(bars, {
        x1: "from",
        x2: "to",
        y: "share",
        fx: "column",
        fy: "line",
        fill: "var(--first)",
        title: "title",
      }),
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
