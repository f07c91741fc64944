import { linearAxis } from "../shared/axes.js";
import { make } from "../shared/dom.js";
import { isDark, onThemeChange, themeColour } from "../shared/pageColours.js";
import { type Area, drawFrame, type LegendEntry, xOf, yOf } from "../shared/plotFrame.js";
import { ramp } from "../shared/ramp.js";
import { fitToScreen, sizeOnScreen } from "../shared/screenCanvas.js";
import { drawDots, drawLine, drawShaded, type Surface } from "./canvasLayers.js";

/** The part of the plane that is shown, and the numbers at its sides. */
const AXIS = {
  low: -0.1,
  high: 1.1,
  ticks: linearAxis(0, 1, 5).ticks,
  share: (value: number) => (value + 0.1) / 1.2,
};

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
function legendOf(layer: Layer): LegendEntry {
  const colour = layer.kind === "shaded" ? ramp(3, isDark())[1]! : themeColour(layer.colour);
  return { label: layer.label, mark: layer.kind === "line" ? "line" : "dot", colour };
}

/**
 * A square plot of points in layers. The title, the axes, the legend and the fixed layer stay as they are while a model
 * trains. The moving layer has its own canvas above: it alone is drawn twenty times a second.
 */
export class Plane<Fixed extends Layer, Moving extends Layer> {
  /** Drawn only by `drawAll`. */
  readonly fixed: Fixed | undefined;
  /** Drawn by `draw` and `drawAll`. */
  readonly moving: Moving;
  readonly #canvas: HTMLCanvasElement;
  readonly #title: string;
  readonly #above: HTMLCanvasElement;
  /** Where the points are; undefined while the page has no room for them. */
  #area: Area | undefined;

  constructor(canvas: HTMLCanvasElement, title: string, layers: { fixed?: Fixed; moving: Moving }) {
    this.fixed = layers.fixed;
    this.moving = layers.moving;
    this.#canvas = canvas;
    this.#title = title;
    this.#above = make("canvas", { className: "above", ariaHidden: "true" });
    canvas.after(this.#above);
    new ResizeObserver(() => this.drawAll()).observe(canvas);
    onThemeChange(() => this.drawAll());
  }

  /** Gives a layer another name in the legend, which `drawAll` shows. */
  rename(which: "fixed" | "moving", label: string): void {
    const layer = this[which];
    if (layer) layer.label = label;
  }

  drawAll(): void {
    this.#area = undefined;
    if (sizeOnScreen(this.#canvas).width === 0) return;
    const screen = fitToScreen(this.#canvas);
    const layers = [...(this.fixed ? [this.fixed] : []), this.moving];
    const area = drawFrame(screen, {
      title: this.#title,
      x: { title: "x₁ (scaled to 0…1)", axis: AXIS },
      y: { title: "x₂ (scaled to 0…1)", axis: AXIS },
      legend: layers.map(legendOf),
      square: true,
    });
    this.#area = area;
    if (this.fixed) {
      const { context } = screen;
      context.beginPath();
      context.rect(area.left, area.top, area.width, area.height);
      context.clip();
      drawLayer(surfaceOf(context, area), this.fixed);
    }
    Object.assign(this.#above.style, pixels({ ...area }));
    this.draw();
  }

  /** Draws the moving layer. */
  draw(): void {
    if (!this.#area) return;
    const { width, height } = this.#area;
    const { context } = fitToScreen(this.#above, { width, height });
    drawLayer(surfaceOf(context, { left: 0, top: 0, width, height }), this.moving);
  }
}

/** Lengths as CSS values. */
function pixels(lengths: { [name: string]: number }): { [name: string]: string } {
  return Object.fromEntries(Object.entries(lengths).map(([name, length]) => [name, `${length}px`]));
}

function surfaceOf(context: CanvasRenderingContext2D, area: Area): Surface {
  return {
    context,
    x: { zero: xOf(area, AXIS, 0), one: xOf(area, AXIS, 1) },
    y: { zero: yOf(area, AXIS, 0), one: yOf(area, AXIS, 1) },
  };
}

function drawLayer(surface: Surface, layer: Layer): void {
  const { points } = layer;
  if (layer.kind === "shaded") {
    if (layer.values.length * 2 === points.length)
      drawShaded(surface, points, layer.values, ramp(SHADES, isDark()));
  } else if (layer.kind === "line") drawLine(surface, points, themeColour(layer.colour));
  else drawDots(surface, points, themeColour(layer.colour));
}
