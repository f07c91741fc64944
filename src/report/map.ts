import { type ChannelValueSpec, dot } from "@observablehq/plot";
import { chart } from "./chart.js";
import { type Box, classNames } from "./classNames.js";
import { classLook, type PointSymbol, rampColour } from "./colours.js";
import type { Picture } from "./figure.js";
import { rampLegend, swatches } from "./legend.js";
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
  tick,
  ticksAcross,
  ticksOf,
} from "./numberText.js";
import { principalComponents } from "./principal.js";
import { component, rowOf, type Subject } from "./subject.js";
import { type Drawing, stack, WIDTH } from "./svg.js";

/** The most codes to draw. */
const MOST_POINTS = 2_000;
/** The most classes that fit into the legend. */
const MOST_CLASSES = 24;
/** Pixels between the frame and the outermost points. */
const INSET = 8;

/** A scatter plot of the codes, coloured by class if there are labels. */
export function codeMap({ model, labels }: Subject, { codes, coded, rows }: Measured): Picture {
  const { latentSize } = model;
  const places = evenly(coded.length, MOST_POINTS);
  const drawnCodes = new Float32Array(places.length * latentSize);
  places.forEach((place, i) => {
    drawnCodes.set(rowOf(codes, latentSize, place), i * latentSize);
  });
  const { x: xs, y: ys, names } = planeOf(drawnCodes, latentSize);
  const given = labels && places.map((place) => labels[coded[place]!]!);
  const colouring = given ? colouringOf(given) : UNCOLOURED;
  const [across, up] = [extentOf(xs), extentOf(ys)];
  const margins = {
    marginLeft: roomFor(ticksOf(up)),
    marginRight: roomBeside(across),
    marginTop: 24,
    marginBottom: 42,
  };
  const box: Box = {
    x: across,
    y: up,
    left: margins.marginLeft + INSET,
    right: WIDTH - margins.marginRight - INSET,
    top: margins.marginTop + INSET,
    bottom: WIDTH - margins.marginBottom - INSET,
  };
  const body = chart({
    ...margins,
    height: WIDTH,
    inset: INSET,
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
          r: colouring.symbol ? 2.8 : 2.4,
          fillOpacity: 0.75,
          fill: colouring.fill,
          ...(colouring.symbol && { symbol: colouring.symbol }),
          title: places.map((place, i) => pointTitle(coded[place]!, given?.[i], [xs[i]!, ys[i]!])),
        },
      ),
      ...(given && colouring.classes ? classNames(middlesOf(xs, ys, given, colouring.classes), box) : []),
    ],
  });
  const drawn =
    places.length < rows
      ? `${counted(places.length)} of ${plural(rows, "sample")}, evenly spaced, are drawn.`
      : `All ${plural(rows, "sample")} are drawn.`;
  return {
    name: "map",
    title: "Map of the codes",
    caption: `${latentSize === 2 ? "Each point is a sample's code." : `The codes, which have ${latentSize} components, projected onto the two directions in which the codes vary most.`} ${colouring.note} ${drawn}`,
    drawing: stack([...colouring.legend, body]),
  };
}

/** What a point says when the pointer rests on it. */
function pointTitle(row: number, label: number | undefined, code: readonly number[]): string {
  const name = label === undefined ? "" : `, label ${tick(label)}`;
  return `row ${counted(row + 1)}${name}\n(${code.map(shown).join(", ")})`;
}

/** Colours of the points, with their legend. */
interface Colouring {
  readonly fill: ChannelValueSpec;
  /** The shape of each point. */
  readonly symbol?: readonly PointSymbol[];
  readonly legend: readonly Drawing[];
  readonly note: string;
  /** The classes, if there are few enough. */
  readonly classes?: readonly number[];
}

const UNCOLOURED: Colouring = {
  fill: "var(--first)",
  legend: [],
  note: "No labels were given, so all points have one colour.",
};

/** One colour for each class. If there are too many classes, labels count as numbers on a colour scale. */
function colouringOf(labels: readonly number[]): Colouring {
  const known = [...new Set(labels)].sort((a, b) => a - b);
  if (known.length > MOST_CLASSES) {
    const rank = ranking(labels);
    const ends = [known[0]!, quantile(labels, 0.5), known.at(-1)!].map(shown) as [string, ...string[]];
    return {
      fill: { value: labels.map((label) => rampColour(rank(label))), scale: null },
      legend: [rampLegend("label, by rank", ends)],
      note: `The colour shows the rank of the sample's label, because there are ${counted(known.length)} different labels.`,
    };
  }
  const looks = new Map(known.map((label, i) => [label, classLook(i)]));
  const entries = known.map((label) => {
    const { colour, symbol } = looks.get(label)!;
    return { label: tick(label), colour, shape: symbol };
  });
  return {
    fill: { value: labels.map((label) => looks.get(label)!.colour), scale: null },
    symbol: labels.map((label) => looks.get(label)!.symbol),
    legend: [swatches(entries)],
    note: "Colour and shape show the sample's label, which is also printed at the middle of its class.",
    classes: known,
  };
}

/** Codes with two components as they are; wider ones as their first two principal components. */
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

/** The medians of each class's points. */
function middlesOf(
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  classes: readonly number[],
  known: readonly number[],
) {
  return known.map((label) => {
    const own = (values: ArrayLike<number>) =>
      quantile(
        Array.from(values).filter((_, i) => classes[i] === label),
        0.5,
      );
    return { label: tick(label), x: own(xs), y: own(ys) };
  });
}
