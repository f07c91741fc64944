import { isDark, themeColour } from "../shared/pageColours.js";
import { ramp } from "../shared/ramp.js";
import { fitToScreen, followPointer, makeOperable, sizeOnScreen } from "../shared/screenCanvas.js";
import { PLANE } from "../spiral/anatomy.js";
import { drawDots, drawLine, drawRings, drawShaded, type Surface } from "../spiral/canvasLayers.js";
import type { Snapshot } from "../spiral/spiralMessages.js";
import type { DrawTool } from "./drawTool.js";
import { paintHeatMap } from "./heatMap.js";
import type { UnitOutputs } from "./networkView.js";

type Point = readonly [number, number];

const NONE = new Float32Array();
const SHADES = 24;
/** An arrow key moves the probe by this much; with Shift, five times as far. */
const STEP = 0.02;

const STEPS: Record<string, Point> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** The two square pictures: what goes in, and what comes out. */
export class Planes {
  readonly #input: HTMLCanvasElement;
  readonly #output: HTMLCanvasElement;
  readonly #moved: (probe: Point) => void;
  readonly #pen: DrawTool;
  readonly #small = document.createElement("canvas");
  #points: Float32Array = NONE;
  #heldOut: Float32Array = NONE;
  #probe: Point = [0.5, 0.5];
  #snapshot: Snapshot | undefined;
  /** Whether the code has two numbers, so that there is a net in place of a line. */
  #isNet = false;
  #behind: UnitOutputs | undefined;

  /**
   * @param moved called with the point that the visitor follows through the network
   * @param pen draws with the pointer while it is active
   */
  constructor(
    input: HTMLCanvasElement,
    output: HTMLCanvasElement,
    moved: (probe: Point) => void,
    pen: DrawTool,
  ) {
    this.#pen = pen;
    this.#input = input;
    this.#output = output;
    this.#moved = moved;
    makeOperable(input);
    followPointer(input, ({ clientX, clientY }) => {
      const { left, top, width, height } = input.getBoundingClientRect();
      this.#take([place((clientX - left) / width), place(1 - (clientY - top) / height)]);
    });
    for (const type of ["pointerup", "pointercancel"]) input.addEventListener(type, () => pen.finish());
    input.addEventListener("keydown", (event) => this.#press(event));
    const again = new ResizeObserver(() => this.draw());
    for (const canvas of [input, output]) again.observe(canvas);
  }

  /** @param heldOut points that training does not see */
  begin(points: Float32Array, heldOut: Float32Array = NONE): void {
    this.#points = points;
    this.#heldOut = heldOut;
    this.#snapshot = undefined;
  }

  get probe(): Point {
    return this.#probe;
  }

  set probe(probe: Point) {
    this.#probe = probe;
  }

  set snapshot(snapshot: Snapshot) {
    this.#snapshot = snapshot;
    this.#isNet = snapshot.curve.some(Number.isNaN);
  }

  /** A unit's outputs, drawn behind the points of the left picture. */
  set behind(outputs: UnitOutputs | undefined) {
    this.#behind = outputs;
  }

  /** Draws at a point, or follows it. */
  #take(point: Point): void {
    if (this.#pen.active) {
      this.#pen.add(point);
      this.drawInput();
    } else this.#moveTo(point);
  }

  #press(event: KeyboardEvent): void {
    if (event.key === "Enter" && this.#pen.active) {
      this.#pen.add(this.#probe);
      this.#pen.finish();
      return;
    }
    const step = STEPS[event.key];
    if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const size = STEP * (event.shiftKey ? 5 : 1);
    const moved = (at: number, by: number) => Math.min(PLANE.high, Math.max(PLANE.low, at + size * by));
    this.#moveTo([moved(this.#probe[0], step[0]), moved(this.#probe[1], step[1])]);
  }

  #moveTo(probe: Point): void {
    this.#probe = probe;
    this.draw();
    this.#moved(probe);
  }

  draw(): void {
    this.drawInput();
    this.drawOutput();
  }

  drawInput(): void {
    const surface = surfaceOf(this.#input);
    if (!surface) return;
    const { context, size } = surface;
    if (this.#behind) {
      const { values, side, colour } = this.#behind;
      paintHeatMap(this.#small, values, side, colour);
      context.imageSmoothingEnabled = true;
      context.drawImage(this.#small, 0, 0, size, size);
      drawDots(surface, this.#points, themeColour("card"));
    } else if (this.#snapshot && this.#snapshot.steps > 0) {
      drawShaded(surface, this.#points, this.#snapshot.codes, ramp(SHADES, isDark()));
    } else drawDots(surface, this.#points, themeColour("original"));
    drawRings(surface, this.#heldOut, themeColour("quiet"));
    if (this.#pen.active) drawDots(surface, Float32Array.from(this.#pen.stroke), themeColour("ink"));
    ring(surface, this.#probe);
    const [x1, x2] = this.#probe.map((value) => value.toFixed(2));
    this.#input.setAttribute("aria-label", `The points that go in. Marked point: x₁ ${x1}, x₂ ${x2}`);
  }

  drawOutput(): void {
    const surface = surfaceOf(this.#output);
    if (!surface) return;
    drawDots(surface, this.#points, themeColour("faint"));
    drawRings(surface, this.#heldOut, themeColour("faint"));
    if (!this.#snapshot) return;
    const { curve, reconstructions, codes, anatomy } = this.#snapshot;
    drawLine(surface, curve, themeColour("curve"), this.#isNet ? 1 : undefined);
    drawShaded(surface, reconstructions, codes, ramp(SHADES, isDark()));
    const rebuilt = anatomy?.probe.at(-1);
    if (!rebuilt) return;
    const { context, x, y } = surface;
    const to = (point: ArrayLike<number>) =>
      [x.zero + point[0]! * (x.one - x.zero), y.zero + point[1]! * (y.one - y.zero)] as const;
    context.strokeStyle = themeColour("ink");
    context.lineWidth = 1.5;
    context.setLineDash([3, 3]);
    context.beginPath();
    context.moveTo(...to(this.#probe));
    context.lineTo(...to(rebuilt));
    context.stroke();
    context.setLineDash([]);
    ring(surface, this.#probe);
    ring(surface, [rebuilt[0]!, rebuilt[1]!], true);
  }
}

/** A coordinate for a part of the picture's side, from 0 to 1. */
function place(part: number): number {
  return PLANE.low + Math.min(1, Math.max(0, part)) * (PLANE.high - PLANE.low);
}

/** A cleared square canvas with its axes; undefined while it is not shown. */
function surfaceOf(canvas: HTMLCanvasElement): (Surface & { size: number }) | undefined {
  if (sizeOnScreen(canvas).width === 0) return undefined;
  const { context, width: size } = fitToScreen(canvas);
  const unit = size / (PLANE.high - PLANE.low);
  const zero = -PLANE.low * unit;
  return { context, size, x: { zero, one: zero + unit }, y: { zero: size - zero, one: size - zero - unit } };
}

/** A ring around a point, visible on any colour. */
function ring({ context, x, y }: Surface, point: Point, filled = false): void {
  const [px, py] = [x.zero + point[0] * (x.one - x.zero), y.zero + point[1] * (y.one - y.zero)];
  context.lineWidth = 2;
  for (const [radius, colour] of [
    [8, "card"],
    [6, "ink"],
  ] as const) {
    context.strokeStyle = themeColour(colour);
    context.beginPath();
    context.arc(px, py, radius, 0, 2 * Math.PI);
    context.stroke();
  }
  if (!filled) return;
  context.fillStyle = themeColour("ink");
  context.beginPath();
  context.arc(px, py, 4, 0, 2 * Math.PI);
  context.fill();
}
