import { linearAxis, logAxis } from "./axes.js";
import { LossSeries } from "./lossSeries.js";
import { onThemeChange, themeColour } from "./pageColours.js";
import { type Area, drawFrame, type PlotFrame, xOf, yOf } from "./plotFrame.js";
import { fitToScreen, sizeOnScreen } from "./screenCanvas.js";

/** A curve of the chart: its label in the legend, and the name of its colour in style.css. */
export interface LossCurve {
  readonly label: string;
  readonly colour: string;
  /** Whether the legend leaves it out as long as it is empty. */
  readonly optional?: boolean;
}

/** Epochs that the chart shows at least. */
const FEWEST_EPOCHS = 10;
/** Losses that an empty chart shows. */
const EMPTY = [0.1, 1];
/** Room for a number at the x axis, and at the y axis, in CSS pixels. */
const ROOM = { x: 60, y: 40 };

type Point = { readonly x: number; readonly y: number };

/** A chart of losses by epoch, on a logarithmic axis by default. */
export class LossChart<Name extends string> {
  readonly #canvas: HTMLCanvasElement;
  readonly #title: string;
  readonly #names: readonly Name[];
  readonly #curves: readonly LossCurve[];
  readonly #series: readonly LossSeries[];
  /** Whether something has changed since the chart was drawn. */
  #stale = true;
  #scale: "linear" | "log" = "log";
  #unit: string;

  /** @param unit label of the loss axis */
  constructor(
    canvas: HTMLCanvasElement,
    { title, unit, curves }: { title: string; unit: string; curves: { readonly [name in Name]: LossCurve } },
  ) {
    this.#canvas = canvas;
    this.#title = title;
    this.#unit = unit;
    this.#names = Object.keys(curves) as Name[];
    this.#curves = this.#names.map((name) => curves[name]);
    this.#series = this.#names.map(() => new LossSeries());
    const again = () => {
      this.#stale = true;
      this.draw();
    };
    new ResizeObserver(again).observe(canvas);
    onThemeChange(again);
  }

  /** The type of the loss axis; takes effect when the chart is drawn next. */
  set scale(scale: "linear" | "log") {
    this.#scale = scale;
    this.#stale = true;
  }

  /** Label of the loss axis. */
  set unit(unit: string) {
    this.#unit = unit;
    this.#stale = true;
  }

  /** Adds an epoch's loss without drawing it. Losses that have no logarithm are left out. */
  push(name: Name, epoch: number, loss: number): void {
    if (!(loss > 0 && Number.isFinite(loss))) return;
    this.#series[this.#names.indexOf(name)]!.push(epoch, loss);
    this.#stale = true;
  }

  clear(): void {
    for (const series of this.#series) series.clear();
    this.#stale = true;
  }

  /** Draws the chart, unless it is as it was. */
  draw(): void {
    if (!this.#stale || sizeOnScreen(this.#canvas).width === 0) return;
    this.#stale = false;
    const surface = fitToScreen(this.#canvas);
    const curves = this.#series.map(({ points }) => points);
    const frame = this.#frame(curves, surface);
    const area = drawFrame(surface, frame);
    curves.forEach((points, index) => {
      drawCurve(surface.context, area, frame, points, themeColour(this.#curves[index]!.colour));
    });
  }

  #frame(curves: readonly (readonly Point[])[], size: { width: number; height: number }): PlotFrame {
    const losses = curves.flatMap((points) => points.map(({ y }) => y));
    const last = Math.max(FEWEST_EPOCHS, ...curves.map((points) => points.at(-1)?.x ?? 0));
    const [least, most] = rangeOf(losses.length > 0 ? losses : EMPTY);
    const make = this.#scale === "linear" ? linearAxis : logAxis;
    const shown = this.#curves.filter(({ optional }, index) => !optional || curves[index]!.length > 0);
    return {
      title: this.#title,
      x: { title: "epoch", axis: linearAxis(0, last, Math.min(10, size.width / ROOM.x)) },
      y: { title: this.#unit, axis: make(least, most, Math.min(8, size.height / ROOM.y)) },
      legend: shown.map(({ label, colour }) => ({ label, mark: "line", colour: themeColour(colour) })),
    };
  }
}

function rangeOf(values: readonly number[]): readonly [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return [least, most];
}

function drawCurve(
  context: CanvasRenderingContext2D,
  area: Area,
  { x, y }: PlotFrame,
  points: readonly Point[],
  colour: string,
): void {
  const at = (point: Point) => [xOf(area, x.axis, point.x), yOf(area, y.axis, point.y)] as const;
  context.beginPath();
  // A line needs two points, so a single one is drawn as a dot.
  if (points.length === 1) {
    context.fillStyle = colour;
    context.arc(...at(points[0]!), 6, 0, 2 * Math.PI);
    context.fill();
    return;
  }
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.lineJoin = "round";
  for (const point of points) context.lineTo(...at(point));
  context.stroke();
}
