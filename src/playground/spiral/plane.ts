import { Chart, type Scale } from "chart.js";
import { commonOptions, onColoursChange } from "../shared/charts.js";
import { make } from "../shared/dom.js";
import { isDark, themeColour } from "../shared/pageColours.js";
import { ramp } from "../shared/ramp.js";
import { drawDots, drawLine, drawShaded, type Surface } from "./canvasLayers.js";

const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1];

/** Number of colours for codes. */
const SHADES = 24;

/** Dots, or a line through them, in one colour. `points` has x₁ and x₂ of each. */
export interface PlainLayer {
  readonly kind: "dots" | "line";
  label: string;
  /** Name of a colour in style.css. */
  readonly colour: string;
  points: Float32Array;
}

/** Dots coloured by the ranks of their `values`, from smallest to largest. */
export interface ShadedLayer {
  readonly kind: "shaded";
  label: string;
  points: Float32Array;
  values: Float32Array;
}

type Layer = PlainLayer | ShadedLayer;

/** A layer's entry in the legend. */
function legendOf(layer: Layer) {
  const colour = layer.kind === "shaded" ? ramp(3, isDark())[1]! : themeColour(layer.colour);
  const pointStyle = layer.kind === "line" ? ("line" as const) : ("circle" as const);
  return { label: layer.label, data: [], pointStyle, backgroundColor: colour, borderColor: colour };
}

/**
 * A square plot of points in layers. Chart.js draws the title, the axes, the legend and the fixed layer. The moving layer
 * has its own canvas above and is drawn straight from the worker's arrays: redrawing everything twenty times a second,
 * or converting thousands of points for Chart.js, would slow the page down.
 */
export class Plane<Fixed extends Layer, Moving extends Layer> {
  /** Drawn only by `drawAll`. */
  readonly fixed: Fixed | undefined;
  /** Drawn by `draw` and `drawAll`. */
  readonly moving: Moving;
  readonly #chart: Chart<"scatter">;
  readonly #above: HTMLCanvasElement;
  /** On each side of the chart, in CSS pixels. */
  #padding = { x: 0, y: 0 };

  constructor(canvas: HTMLCanvasElement, title: string, layers: { fixed?: Fixed; moving: Moving }) {
    this.fixed = layers.fixed;
    this.moving = layers.moving;
    this.#above = make("canvas", { className: "above", ariaHidden: "true" });
    canvas.after(this.#above);
    const axis = (text: string) => ({
      type: "linear" as const,
      min: -0.1,
      max: 1.1,
      title: { display: true, text },
      afterBuildTicks: (scale: Scale) => {
        scale.ticks = TICKS.map((value) => ({ value }));
      },
    });
    this.#chart = new Chart<"scatter">(canvas, {
      type: "scatter",
      data: { datasets: this.#legend() },
      options: {
        ...commonOptions(title),
        scales: { x: axis("x₁ (scaled to 0…1)"), y: axis("x₂ (scaled to 0…1)") },
      },
      plugins: [{ id: "layers", beforeDatasetsDraw: (chart) => this.#drawLayers(chart) }],
    });
    // In the next frame, since Chart.js follows the same change.
    new ResizeObserver(() => requestAnimationFrame(() => this.#square())).observe(canvas.parentElement!);
    onColoursChange(() => {
      this.#chart.data.datasets = this.#legend();
      this.#chart.update("none");
    });
  }

  #legend() {
    return [...(this.fixed ? [this.fixed] : []), this.moving].map(legendOf);
  }

  /** Makes the area between the axes square, whatever the labels take: a spiral should look like one. */
  #square(): void {
    const { chartArea } = this.#chart;
    if (!chartArea) return;
    const { x, y } = this.#padding;
    const [width, height] = [chartArea.width + 2 * x, chartArea.height + 2 * y];
    const side = Math.min(width, height);
    const padding = { x: (width - side) / 2, y: (height - side) / 2 };
    if (Math.abs(padding.x - x) < 1 && Math.abs(padding.y - y) < 1) return;
    this.#padding = padding;
    this.#chart.options.layout = {
      padding: { left: padding.x, right: padding.x, top: padding.y, bottom: padding.y },
    };
    this.#chart.update("none");
  }

  /** Gives a layer another name in the legend, which `drawAll` shows. */
  rename(which: "fixed" | "moving", label: string): void {
    const layer = this[which];
    if (!layer || layer.label === label) return;
    layer.label = label;
    this.#chart.data.datasets = this.#legend();
    this.#chart.update("none");
  }

  drawAll(): void {
    this.#chart.draw();
  }

  /** Draws the moving layer. */
  draw(): void {
    this.#drawMoving(this.#chart);
  }

  #drawLayers(chart: Chart): void {
    const { ctx: context, chartArea } = chart;
    const { left, top, width, height } = chartArea;
    if (this.fixed) {
      context.save();
      context.beginPath();
      context.rect(left, top, width, height);
      context.clip();
      drawLayer(surfaceOf(chart, context), this.fixed);
      context.restore();
    }
    Object.assign(this.#above.style, pixels({ left, top, width, height }));
    this.#drawMoving(chart);
  }

  #drawMoving(chart: Chart): void {
    const { left, top, width, height } = chart.chartArea;
    const ratio = chart.currentDevicePixelRatio;
    // Setting the size, even to the same, clears a canvas and resets its transformation.
    this.#above.width = Math.round(width * ratio);
    this.#above.height = Math.round(height * ratio);
    const context = this.#above.getContext("2d")!;
    context.scale(ratio, ratio);
    context.translate(-left, -top);
    drawLayer(surfaceOf(chart, context), this.moving);
  }
}

/** Lengths as CSS values. */
function pixels(lengths: { [name: string]: number }): { [name: string]: string } {
  return Object.fromEntries(Object.entries(lengths).map(([name, length]) => [name, `${length}px`]));
}

function surfaceOf({ scales }: Chart, context: CanvasRenderingContext2D): Surface {
  const axis = (name: string) => {
    const scale = scales[name]!;
    return { zero: scale.getPixelForValue(0), one: scale.getPixelForValue(1) };
  };
  return { context, x: axis("x"), y: axis("y") };
}

function drawLayer(surface: Surface, layer: Layer): void {
  const { points } = layer;
  if (layer.kind === "shaded") {
    if (layer.values.length * 2 === points.length)
      drawShaded(surface, points, layer.values, ramp(SHADES, isDark()));
  } else if (layer.kind === "line") drawLine(surface, points, themeColour(layer.colour));
  else drawDots(surface, points, themeColour(layer.colour));
}
