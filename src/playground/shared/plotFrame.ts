import type { Axis } from "./axes.js";
import { themeColour } from "./pageColours.js";

/** What stands around a plot. */
export interface PlotFrame {
  readonly title: string;
  readonly x: { readonly title: string; readonly axis: Axis };
  readonly y: { readonly title: string; readonly axis: Axis };
  readonly legend: readonly LegendEntry[];
  /** Whether both axes are equally long. */
  readonly square?: boolean;
}

/** A name beside a mark in the colour of what it names. */
export interface LegendEntry {
  readonly label: string;
  readonly mark: "dot" | "line";
  readonly colour: string;
}

/** A rectangle in CSS pixels. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const FONT = "12px system-ui, sans-serif";
const TITLE_FONT = "600 14px system-ui, sans-serif";
/** Heights of the lines of text, in CSS pixels. */
const TITLE = 28;
const TICKS = 20;
const AXIS_TITLE = 18;
const LEGEND = 22;
/** Between a text and what it stands beside. */
const GAP = 6;
/** Room for half of the last number of the x axis. */
const RIGHT = 14;
/** Width of a mark of the legend, and space between two entries. */
const MARK = 14;
const APART = 16;

/**
 * Draws what stands around a plot, and says where the plot goes. It takes a few texts and lines, so that it can be drawn
 * again with every change.
 */
export function drawFrame(
  { context, width, height }: { context: CanvasRenderingContext2D; width: number; height: number },
  frame: PlotFrame,
): Area {
  context.font = FONT;
  const rows = legendRows(context, width, frame.legend);
  const area = areaOf(context, width, height - LEGEND * rows.length, frame);
  drawGrid(context, area, frame);
  drawTexts(context, area, frame);
  rows.forEach((entries, row) => {
    drawLegend(context, width / 2, height - LEGEND * (rows.length - row - 0.5), entries);
  });
  context.font = TITLE_FONT;
  context.fillStyle = themeColour("ink");
  context.textAlign = "center";
  context.fillText(frame.title, width / 2, TITLE / 2 - 2);
  return area;
}

function areaOf(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  { y, square }: PlotFrame,
): Area {
  const left = AXIS_TITLE + widest(context, y.axis) + GAP;
  const full = {
    left,
    top: TITLE,
    width: Math.max(1, width - left - RIGHT),
    height: Math.max(1, height - TITLE - TICKS - AXIS_TITLE),
  };
  if (!square) return full;
  const side = Math.min(full.width, full.height);
  return {
    left: left + (full.width - side) / 2,
    top: TITLE + (full.height - side) / 2,
    width: side,
    height: side,
  };
}

const widths = new Map<string, number>();

/** Width of a text in the font of axes and legend, which is measured once. */
function widthOf(context: CanvasRenderingContext2D, text: string): number {
  let width = widths.get(text);
  if (width === undefined) {
    width = context.measureText(text).width;
    widths.set(text, width);
  }
  return width;
}

/** Width of the widest number at an axis. */
function widest(context: CanvasRenderingContext2D, { ticks }: Axis): number {
  return Math.max(...ticks.map(({ text }) => widthOf(context, text)));
}

/** Where a value lies, in CSS pixels. */
export function xOf({ left, width }: Area, axis: Axis, value: number): number {
  return left + axis.share(value) * width;
}

/** Where a value lies, in CSS pixels. */
export function yOf({ top, height }: Area, axis: Axis, value: number): number {
  return top + (1 - axis.share(value)) * height;
}

function drawGrid(context: CanvasRenderingContext2D, area: Area, { x, y }: PlotFrame): void {
  context.strokeStyle = themeColour("grid");
  context.lineWidth = 1;
  context.beginPath();
  for (const { value } of x.axis.ticks) {
    const at = Math.round(xOf(area, x.axis, value)) + 0.5;
    context.moveTo(at, area.top);
    context.lineTo(at, area.top + area.height);
  }
  for (const { value } of y.axis.ticks) {
    const at = Math.round(yOf(area, y.axis, value)) + 0.5;
    context.moveTo(area.left, at);
    context.lineTo(area.left + area.width, at);
  }
  context.stroke();
}

/** Writes the numbers and the titles of the axes. */
function drawTexts(context: CanvasRenderingContext2D, area: Area, { x, y }: PlotFrame): void {
  const bottom = area.top + area.height;
  context.fillStyle = themeColour("quiet");
  context.textBaseline = "middle";
  context.textAlign = "center";
  let free = Number.NEGATIVE_INFINITY;
  for (const { value, text } of x.axis.ticks) {
    const at = xOf(area, x.axis, value);
    const half = widthOf(context, text) / 2;
    if (at - half < free) continue;
    context.fillText(text, at, bottom + TICKS / 2 + 1);
    free = at + half + GAP;
  }
  context.fillText(x.title, area.left + area.width / 2, bottom + TICKS + AXIS_TITLE / 2);
  context.textAlign = "right";
  for (const { value, text } of y.axis.ticks) {
    if (text !== "") context.fillText(text, area.left - GAP, yOf(area, y.axis, value));
  }
  context.save();
  context.translate(
    area.left - widest(context, y.axis) - GAP - AXIS_TITLE / 2 - 2,
    area.top + area.height / 2,
  );
  context.rotate(-Math.PI / 2);
  context.textAlign = "center";
  // What is too long is made narrower.
  context.fillText(y.title, 0, 0, area.height + TITLE);
  context.restore();
}

/** Width of a mark with its name. */
function entryWidth(context: CanvasRenderingContext2D, { label }: LegendEntry): number {
  return MARK + GAP + widthOf(context, label);
}

/** The legend in one row, or in one for each entry if that is too wide. */
function legendRows(
  context: CanvasRenderingContext2D,
  width: number,
  entries: readonly LegendEntry[],
): (readonly LegendEntry[])[] {
  return wholeWidth(context, entries) <= width ? [entries] : entries.map((entry) => [entry]);
}

function wholeWidth(context: CanvasRenderingContext2D, entries: readonly LegendEntry[]): number {
  return entries.reduce((sum, entry) => sum + entryWidth(context, entry) + APART, -APART);
}

function drawLegend(
  context: CanvasRenderingContext2D,
  middle: number,
  y: number,
  entries: readonly LegendEntry[],
): void {
  let x = middle - wholeWidth(context, entries) / 2;
  context.textAlign = "left";
  context.lineWidth = 2.5;
  for (const entry of entries) {
    const { label, mark, colour } = entry;
    context.fillStyle = colour;
    context.strokeStyle = colour;
    context.beginPath();
    if (mark === "dot") context.arc(x + MARK / 2, y, 4, 0, 2 * Math.PI);
    else context.rect(x, y - 1.25, MARK, 2.5);
    context.fill();
    context.fillStyle = themeColour("quiet");
    context.fillText(label, x + MARK + GAP, y);
    x += entryWidth(context, entry) + APART;
  }
}
