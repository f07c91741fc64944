import { line, type Markish, rect, ruleY } from "@observablehq/plot";
import { printable } from "../../common/printable.js";
import { isGap } from "../../data/timeOrder.js";
import { chart } from "../chart.js";
import type { Picture } from "../figure.js";
import { type Swatch, swatches } from "../legend.js";
import { counted, extentOf, plural, roomFor, tick, ticksOf } from "../numberText.js";
import { type Drawing, FONT_SIZE, stack, textAt, WIDTH } from "../svg.js";
import type { Contribution } from "./contributions.js";
import type { DetectionSubject } from "./detectionSubject.js";
import { isClock, oddStretches, type Stretch } from "./stretches.js";
import { cut, dateText, isMissing, percentOf } from "./words.js";

/** The most columns to draw. */
const MOST_COLUMNS = 8;
/** Width where there is room for more than on a phone. */
const WIDE = 1000;
const HEIGHT = 110;

/** One line of the picture. */
interface Panel {
  readonly name: string;
  /** The value of each row; NaN where there is none. */
  readonly values: Float64Array;
  readonly threshold?: number;
}

/** The series over time with its odd stretches marked, and the score of each row below. */
export function seriesPicture(
  subject: DetectionSubject,
  contributions: readonly Contribution[],
): Picture | undefined {
  const { windows, rows, odd, detection, results, order } = subject;
  if (!windows) return undefined;
  const all = seriesColumns(subject);
  const place = (name: string) => contributions.findIndex(({ column }) => column === name);
  const drawn = all
    .toSorted((a, b) => (place(a.name) + 1 || all.length + 1) - (place(b.name) + 1 || all.length + 1))
    .slice(0, MOST_COLUMNS);
  const scores: Panel = {
    name: "score",
    values: Float64Array.from(results.scores),
    threshold: detection.threshold,
  };
  const panels = [...drawn.map(({ name, feature }) => panelOf(subject, name, feature)), scores];
  const stretches = oddStretches(results);
  const draw = (width: number) => seriesDrawing(subject, panels, stretches, width);
  const which = drawn.length < all.length ? ` ${drawn.length} of ${all.length} columns are drawn.` : "";
  const gaps =
    order && order.gaps.count > 0 ? ` Lines break at ${plural(order.gaps.count, "gap")} in time.` : "";
  return {
    name: "series",
    title: order ? "The series over time" : "The series, row by row",
    caption: `${plural(rows, "row")}; ${counted(odd.length)} of them (${percentOf(odd.length, rows)}) are odd, in ${plural(stretches.length, "stretch", "stretches")}. The score of a row is the mean of all windows of ${counted(windows.size)} rows around it; it is odd if all of these windows are above the threshold.${which}${gaps}`,
    drawing: draw(WIDTH),
    wide: draw(WIDE),
  };
}

/** Columns of numbers, with their feature in a row. */
function seriesColumns({ windows, preprocessor }: DetectionSubject): { name: string; feature: number }[] {
  if (preprocessor) {
    return preprocessor.columns.flatMap(({ name, type, features }) =>
      type === "number" || type === "boolean" ? [{ name, feature: features[0]! }] : [],
    );
  }
  return Array.from({ length: windows!.columns }, (_, feature) => ({
    name: windows!.columnNames?.[feature] ?? `column ${feature}`,
    feature,
  }));
}

function panelOf({ windows, table, rows }: DetectionSubject, name: string, feature: number): Panel {
  const { starts, size, columns, samples } = windows!;
  const values = new Float64Array(rows).fill(Number.NaN);
  let next = 0;
  starts.forEach((start, window) => {
    for (let row = Math.max(start, next); row < start + size; row++) {
      values[row] = samples.data[window * size * columns + (row - start) * columns + feature]!;
    }
    next = Math.max(next, start + size);
  });
  // What was imputed was never measured.
  const cells = table?.columns.find((column) => column.name === name)?.values;
  if (cells) for (let row = 0; row < rows; row++) if (isMissing(cells[row])) values[row] = Number.NaN;
  return { name, values };
}

function seriesDrawing(
  subject: DetectionSubject,
  panels: readonly Panel[],
  stretches: readonly Stretch[],
  width: number,
): Drawing {
  const ranges = panels.map(({ values, threshold }) =>
    extentOf([...values.filter(Number.isFinite), ...(threshold === undefined ? [] : [threshold])]),
  );
  const marginLeft = Math.max(...ranges.map((range) => roomFor(ticksOf(range))));
  const legend: Swatch[] = [
    { label: "odd", colour: "var(--second)", shape: "bar" },
    { label: "threshold", colour: "currentColor", shape: "dashed" },
  ];
  const drawings = panels.map((panel, i) =>
    panelDrawing(subject, panel, stretches, {
      width,
      marginLeft,
      range: ranges[i]!,
      last: i === panels.length - 1,
    }),
  );
  return stack([swatches(stretches.length > 0 ? legend : legend.slice(1), width), ...drawings], 4);
}

interface Box {
  readonly width: number;
  readonly marginLeft: number;
  readonly range: readonly [number, number];
  /** Whether it has the axis of time. */
  readonly last: boolean;
}

function panelDrawing(
  subject: DetectionSubject,
  { name, values, threshold }: Panel,
  stretches: readonly Stretch[],
  { width, marginLeft, range, last }: Box,
): Drawing {
  const { order, rows } = subject;
  const at = (row: number) => (order ? new Date(order.times[row]!) : row + 1);
  const half = order ? (order.step || 1) / 2 : 0.5;
  const edge = (row: number, by: number) => (order ? new Date(order.times[row]! + by) : row + 1 + by);
  const points = (from: number, to: number) =>
    thinned(subject, values, from, to, width).map(({ row, value }) => ({ x: at(row), y: value }));
  const [low, high] = range;
  const odd: Markish[] = stretches.flatMap((stretch) => [
    rect([stretch], {
      x1: edge(stretch.first, -half),
      x2: edge(stretch.last, half),
      y1: low,
      y2: high,
      fill: "var(--second)",
      fillOpacity: 0.22,
      stroke: "var(--second)",
      strokeOpacity: 0.5,
      strokeWidth: 1,
    }),
    line(points(stretch.first, stretch.last), { x: "x", y: "y", stroke: "var(--second)", strokeWidth: 1.8 }),
  ]);
  const clock = order !== undefined && isClock(order);
  const body = chart({
    width,
    height: HEIGHT + (last ? 34 : 0),
    marginLeft,
    marginRight: 16,
    marginTop: 8,
    marginBottom: last ? 40 : 6,
    x: {
      type: order ? "utc" : "linear",
      domain: [edge(0, -half), edge(rows - 1, half)],
      label: order ? null : "row",
      labelAnchor: "center",
      labelArrow: "none",
      axis: last ? "bottom" : null,
      ticks: Math.floor(width / 90),
      ...(clock && { tickFormat: (date: Date) => dateText(date.getTime(), true).slice(0, 5) }),
      ...(!order && { tickFormat: tick }),
    },
    y: { domain: range, label: null, ticks: 3, grid: true, tickFormat: tick },
    marks: [
      line(points(0, rows - 1), { x: "x", y: "y", stroke: "var(--first)", strokeWidth: 1.2 }),
      ...odd,
      ...(threshold === undefined
        ? []
        : [ruleY([threshold], { stroke: "currentColor", strokeWidth: 1.5, strokeDasharray: "5 3" })]),
    ],
  });
  const heading = textAt(0, FONT_SIZE, cut(printable(name), Math.floor(width / 9)), {
    "font-weight": "bold",
  });
  return stack([{ width, height: FONT_SIZE + 4, svg: heading }, body]);
}

interface DrawnValue {
  readonly row: number;
  /** NaN where the line breaks. */
  readonly value: number;
}

/** The smallest and the largest value of each pixel's rows, in order. Gaps in time become NaN. */
function thinned(
  { order }: DetectionSubject,
  values: Float64Array,
  from: number,
  to: number,
  width: number,
): DrawnValue[] {
  const rows = to - from + 1;
  const size = Math.max(1, Math.ceil(rows / width));
  const drawn: DrawnValue[] = [];
  let [least, most] = [-1, -1];
  const flush = () => {
    if (least < 0) return;
    const ends = least === most ? [least] : [Math.min(least, most), Math.max(least, most)];
    drawn.push(...ends.map((row) => ({ row, value: values[row]! })));
    [least, most] = [-1, -1];
  };
  for (let row = from; row <= to; row++) {
    const gap = row > from && order !== undefined && isGap(order, row);
    if (gap || Number.isNaN(values[row]) || (row - from) % size === 0) flush();
    if (gap || Number.isNaN(values[row])) drawn.push({ row, value: Number.NaN });
    if (Number.isNaN(values[row])) continue;
    if (least < 0 || values[row]! < values[least]!) least = row;
    if (most < 0 || values[row]! > values[most]!) most = row;
  }
  flush();
  return drawn;
}
