import { dot, line, ruleY } from "@observablehq/plot";
import { chart } from "./chart.js";
import type { Picture } from "./figure.js";
import { type Swatch, swatches } from "./legend.js";
import { counted, extentOf, logTicks, plural, roomFor, shown, tick, ticksOf } from "./numberText.js";
import type { LossHistory } from "./subject.js";
import { stack } from "./svg.js";

/** Up to this many epochs, each one gets a dot. */
const MOST_DOTS = 40;

/** One value per epoch. */
interface Series extends Swatch {
  readonly values: readonly number[];
}

/** What a value of a history stands for. */
export interface LossUnit {
  readonly name: string;
  /** How many of them a value is the mean of; default 1. */
  readonly size?: number;
}

/** The loss by epoch, on a logarithmic axis if all losses are positive. */
export function lossCurve(
  history: LossHistory,
  lossName: string,
  { name: unit, size = 1 }: LossUnit = { name: "epoch" },
): Picture {
  const { loss, valLoss, reconstructionLoss, klLoss } = history;
  const all: Series[] = [
    { label: "training", values: loss, colour: "var(--first)", shape: "line" },
    { label: "validation", values: valLoss, colour: "var(--second)", shape: "dashed" },
    { label: "training: reconstruction", values: reconstructionLoss, colour: "var(--third)", shape: "line" },
    { label: "training: KL divergence of the codes", values: klLoss, colour: "var(--fourth)", shape: "line" },
  ];
  const series = all.filter(({ values }) => values.length > 0);
  const values = series.flatMap((one) => one.values);
  const logarithmic = values.every((value) => value > 0);
  const [low, high] = extentOf(values);
  const epochs = loss.length * size;
  /** A mean of several is drawn where they end. */
  const x = (_: number, i: number) => (i + 1) * size;
  const ticks = logarithmic ? logTicks([low, high]) : undefined;
  const body = chart({
    height: 280,
    marginLeft: roomFor(ticks?.map(tick) ?? ticksOf(extentOf([low, high, 0]))),
    marginBottom: 40,
    x: {
      label: unit,
      labelAnchor: "center",
      domain: epochs > 1 ? [1, epochs] : [0.5, 1.5],
      ticks: wholeTicks(epochs),
      tickFormat: tick,
    },
    y: {
      type: logarithmic ? "log" : "linear",
      domain: logarithmic ? [low, high] : extentOf([low, high, 0]),
      label: `${lossName}${logarithmic ? ", log scale" : ""}`,
      grid: true,
      nice: !logarithmic,
      ticks: ticks ?? 5,
      tickFormat: tick,
    },
    marks: [
      ...(logarithmic ? [] : [ruleY([0])]),
      ...series.flatMap(({ values, colour, shape }) => [
        line(values, {
          x,
          y: (value: number) => value,
          stroke: colour,
          strokeWidth: 2,
          ...(shape === "dashed" && { strokeDasharray: "5 3" }),
        }),
        ...(epochs > MOST_DOTS
          ? []
          : [dot(values, { x, y: (value: number) => value, fill: colour, r: 2.5 })]),
      ]),
      // Wide and invisible, so that a pointer need not hit the line itself.
      ...series.map(({ label, values }) =>
        dot(values, {
          x,
          y: (value: number) => value,
          r: 7,
          fill: "currentColor",
          fillOpacity: 0,
          title: (value: number, i: number) => `${unit} ${counted(x(value, i))}, ${label}: ${shown(value)}`,
        }),
      ),
    ],
  });
  const ends = series.map(({ label, values }) => `${label} ${shown(values.at(-1)!)}`);
  return {
    name: "loss",
    title: `Loss by ${unit}`,
    caption: `After ${plural(epochs, unit)}: ${ends.join(", ")}.${size > 1 ? ` Each dot is the mean of ${size} ${unit}s.` : ""}${
      logarithmic ? "" : " The axis is linear, because not all losses are positive."
    }`,
    drawing: stack([swatches(series), body]),
  };
}

/** A few whole numbers from 1 to the number of epochs. */
export function wholeTicks(epochs: number): number[] {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000].find((size) => epochs / size <= 8);
  const size = step ?? 10 ** Math.ceil(Math.log10(epochs / 8));
  const ticks = Array.from({ length: Math.floor(epochs / size) }, (_, i) => (i + 1) * size);
  return ticks[0] === 1 ? ticks : [1, ...ticks];
}
