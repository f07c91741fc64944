import { type ChannelValueSpec, dot, text } from "@observablehq/plot";
import { chart } from "./chart.js";
import { classColour, rampColour } from "./colours.js";
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
          fill: colouring.fill,
        },
      ),
      ...(given && colouring.classes ? [classNames(xs, ys, given, colouring.classes)] : []),
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

/** Colours of the points, with their legend. */
interface Colouring {
  readonly fill: ChannelValueSpec;
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
  const colours = new Map(known.map((label, i) => [label, classColour(i)]));
  return {
    fill: { value: labels.map((label) => colours.get(label)!), scale: null },
    legend: [swatches(known.map((label) => ({ label: tick(label), colour: colours.get(label)! })))],
    note: "The colour shows the sample's label, which is also printed at the middle of its class.",
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

/** The name of each class, with a halo, at the medians of its points. */
function classNames(
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  classes: readonly number[],
  known: readonly number[],
) {
  const middles = known.map((label) => {
    const own = (values: ArrayLike<number>) =>
      quantile(
        Array.from(values).filter((_, i) => classes[i] === label),
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
