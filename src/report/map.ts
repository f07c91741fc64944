import { type ChannelValueSpec, dot, text } from "@observablehq/plot";
import { chart } from "./chart.js";
import { classColour, rampColour } from "./colours.js";
import { component } from "./component.js";
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
import { rowOf, type Subject } from "./subject.js";
import { type Drawing, stack, WIDTH } from "./svg.js";

/** Codes that a map shows. */
const MOST_POINTS = 2_000;
/** Classes that a legend has room for. */
const MOST_CLASSES = 24;

/** Where codes lie in the plane, coloured by class where classes are known. */
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
      ? `${counted(places.length)} of ${plural(rows, "sample")}, evenly spread, are drawn.`
      : `All ${plural(rows, "sample")} are drawn.`;
  return {
    name: "map",
    title: "Map of the codes",
    caption: `${latentSize === 2 ? "Each point is a sample's code." : `The code's ${latentSize} components, turned so that the two directions in which codes vary most are drawn.`} ${colouring.told} ${drawn}`,
    drawing: stack([...colouring.legend, body]),
  };
}

/** What the points' colours are, and what stands for them. */
interface Colouring {
  readonly fill: ChannelValueSpec;
  readonly legend: readonly Drawing[];
  readonly told: string;
  /** Labels that are few enough to be classes. */
  readonly classes?: readonly number[];
}

const UNCOLOURED: Colouring = {
  fill: "var(--first)",
  legend: [],
  told: "No labels were given to colour the points by.",
};

/** A colour for each class; where there are too many to be told apart, labels are taken for numbers. */
function colouringOf(labels: readonly number[]): Colouring {
  const known = [...new Set(labels)].sort((a, b) => a - b);
  if (known.length > MOST_CLASSES) {
    const rank = ranking(labels);
    const ends = [known[0]!, quantile(labels, 0.5), known.at(-1)!].map(shown) as [string, ...string[]];
    return {
      fill: { value: labels.map((label) => rampColour(rank(label))), scale: null },
      legend: [rampLegend("label, by rank", ends)],
      told: `The colour is the rank of the sample's label, since there are ${counted(known.length)} different ones.`,
    };
  }
  const colours = new Map(known.map((label, i) => [label, classColour(i)]));
  return {
    fill: { value: labels.map((label) => colours.get(label)!), scale: null },
    legend: [swatches(known.map((label) => ({ label: tick(label), colour: colours.get(label)! })))],
    told: "The colour is the sample's label, which also stands at the middle of its class.",
    classes: known,
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
