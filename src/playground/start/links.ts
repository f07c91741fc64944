import { themeColour } from "../shared/pageColours.js";
import type { ModelNumber } from "../spiral/spiralMessages.js";
import type { Chosen, Layout, Tile } from "./unitTiles.js";

/** Weights from this size on have the widest line. */
const STRONG = 2.5;
/** The dashes move by this much from one drawing to the next, so that one sees which way the numbers go. */
const FLOW = 1.5;

/** Draws the shape of an isthmus behind the network: wide, narrow at the code, wide. */
export function drawFunnel(
  { context, width, height }: { context: CanvasRenderingContext2D; width: number; height: number },
  { tiles, code }: Layout,
  colour: string,
): void {
  const [neck, last] = [tiles[code]?.[0], tiles[code]?.at(-1)];
  if (!neck || !last) return;
  const [left, right, middle] = [neck.x - neck.side * 0.72, neck.x + neck.side * 0.72, height / 2];
  const half = neck.side * 0.72 + (last.y - neck.y) / 2;
  context.fillStyle = colour;
  context.beginPath();
  context.moveTo(0, 0);
  context.bezierCurveTo(left * 0.6, 0, left * 0.8, middle - half, left, middle - half);
  context.lineTo(right, middle - half);
  const end = width - right;
  context.bezierCurveTo(right + end * 0.2, middle - half, right + end * 0.4, 0, width, 0);
  context.lineTo(width, height);
  context.bezierCurveTo(right + end * 0.4, height, right + end * 0.2, middle + half, right, middle + half);
  context.lineTo(left, middle + half);
  context.bezierCurveTo(left * 0.8, middle + half, left * 0.6, height, 0, height);
  context.fill();
}

/**
 * Draws a line for each weight: blue adds, orange takes away, thicker is stronger. Those of a chosen unit stand out.
 *
 * @param weights between two layers, [units, inputs]
 * @param chosen a unit
 * @param marked a single line that gets an edge
 */
export function drawLinks(
  context: CanvasRenderingContext2D,
  { tiles }: Layout,
  weights: readonly Float32Array[],
  { chosen, marked, flow }: { chosen?: Chosen | undefined; marked?: ModelNumber | undefined; flow: number },
): void {
  const widest = Math.min(7, Math.max(3, (tiles[1]![0]!.x - tiles[0]![0]!.x) / 14));
  const [more, less] = [themeColour("more"), themeColour("less")];
  context.lineCap = "butt";
  context.setLineDash([8, 2]);
  context.lineDashOffset = -flow * FLOW;
  weights.forEach((matrix, index) => {
    const [inputs, outputs] = [tiles[index]!, tiles[index + 1]!];
    matrix.forEach((weight, place) => {
      const from = inputs[place % inputs.length]!;
      const to = outputs[Math.floor(place / inputs.length)]!;
      const part = Math.min(1, Math.abs(weight) / STRONG);
      const near = !chosen || is(from, chosen) || is(to, chosen);
      context.strokeStyle = weight < 0 ? less : more;
      context.globalAlpha = near ? 0.25 + 0.65 * part : 0.07;
      context.lineWidth = 0.5 + (widest - 0.5) * part;
      line(context, from, to);
    });
  });
  context.globalAlpha = 1;
  context.setLineDash([]);
  if (marked?.what !== "weight") return;
  const [inputs, outputs] = [tiles[marked.layer]!, tiles[marked.layer + 1]!];
  const [from, to] = [
    inputs[marked.place % inputs.length]!,
    outputs[Math.floor(marked.place / inputs.length)]!,
  ];
  const weight = weights[marked.layer]![marked.place]!;
  for (const [colour, width] of [
    [themeColour("ink"), widest + 3],
    [weight < 0 ? less : more, widest],
  ] as const) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    line(context, from, to);
  }
}

function is({ layer, unit }: Tile, chosen: Chosen): boolean {
  return layer === chosen.layer && unit === chosen.unit;
}

/** Where a line leaves a tile, and where it comes to the other. */
export function endsOf(from: Tile, to: Tile): [number, number] {
  return [from.x + from.side / 2, to.x - to.side / 2];
}

function line(context: CanvasRenderingContext2D, from: Tile, to: Tile): void {
  const [x0, x1] = endsOf(from, to);
  const bend = (x1 - x0) / 2;
  context.beginPath();
  context.moveTo(x0, from.y);
  context.bezierCurveTo(x0 + bend, from.y, x1 - bend, to.y, x1, to.y);
  context.stroke();
}
