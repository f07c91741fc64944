import { dot } from "@observablehq/plot";
import { chart } from "./chart.js";
import { type PointSymbol, RAMP_STEPS } from "./colours.js";
import { type Drawing, element, FONT_SIZE, textAt, WIDTH } from "./svg.js";

/** Entry of a legend. */
export interface Swatch {
  readonly label: string;
  readonly colour: string;
  /** Default: `"dot"`. A dot may have another shape than a circle. */
  readonly shape?: "dot" | "line" | "dashed" | "bar" | PointSymbol;
}

const ROW = 21;
/** Space between two entries. */
const GAP = 14;
/** Length of a line symbol. */
const LINE = 20;
/** Mean width of a character in a wide font. */
const CHARACTER = FONT_SIZE * 0.6;

/** A legend of series, in rows above a chart, where it covers no data. */
export function swatches(entries: readonly Swatch[], width = WIDTH): Drawing {
  let [x, y] = [0, 0];
  const parts = entries.map(({ label, colour, shape = "dot" }) => {
    const wide = shape === "line" || shape === "dashed" ? LINE : 12;
    const needed = wide + 6 + label.length * CHARACTER + GAP;
    if (x > 0 && x + needed - GAP > width) [x, y] = [0, y + ROW];
    const part = mark(shape, colour, x, y + ROW / 2) + textAt(x + wide + 6, y + ROW / 2 + 4.5, label);
    x += needed;
    return part;
  });
  return { width, height: y + ROW + 4, svg: parts.join("") };
}

function mark(shape: NonNullable<Swatch["shape"]>, colour: string, x: number, y: number): string {
  if (shape === "dot") return element("circle", { cx: x + 6, cy: y, r: 5, fill: colour });
  if (shape === "bar") return element("rect", { x, y: y - 6, width: 12, height: 12, fill: colour });
  if (shape !== "line" && shape !== "dashed") return symbolAt(shape, colour, x + 6, y);
  const dashes = shape === "dashed" ? "4 3" : "none";
  const place = { x1: x, y1: y, x2: x + LINE, y2: y };
  return element("line", { ...place, stroke: colour, "stroke-width": 2.5, "stroke-dasharray": dashes });
}

/** A point as the charts draw it. */
function symbolAt(symbol: PointSymbol, fill: string, x: number, y: number): string {
  const axis = { axis: null, domain: [0, 1] } as const;
  const { svg } = chart({
    ...{ width: 12, height: 12, margin: 0, x: axis, y: axis },
    marks: [dot([0.5], { x: (at: number) => at, y: (at: number) => at, symbol, r: 4.5, fill })],
  });
  return element("g", { transform: `translate(${x - 6} ${y - 6})` }, svg);
}

const RAMP_WIDTH = 200;

/** A legend of a colour scale: one text at the low end, others up to the high end. */
export function rampLegend(label: string, ends: readonly [low: string, ...more: string[]]): Drawing {
  const step = RAMP_WIDTH / RAMP_STEPS;
  const left = Math.max(0, WIDTH - RAMP_WIDTH - 1);
  const colours = Array.from({ length: RAMP_STEPS }, (_, i) =>
    element("rect", {
      x: left + i * step,
      y: 4,
      width: step + (i < RAMP_STEPS - 1 ? 0.5 : 0),
      height: 12,
      fill: `var(--ramp-${i})`,
    }),
  );
  const small = { "font-size": FONT_SIZE - 1 };
  return {
    width: WIDTH,
    height: 38,
    svg: [
      textAt(0, 15, label),
      ...colours,
      ...ends.map((text, i) => {
        const share = i / (ends.length - 1);
        const anchor = share === 0 ? "start" : share === 1 ? "end" : "middle";
        return textAt(left + share * RAMP_WIDTH, 31, text, { ...small, "text-anchor": anchor });
      }),
    ].join(""),
  };
}
