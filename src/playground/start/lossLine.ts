import { LossSeries } from "../shared/lossSeries.js";
import { themeColour } from "../shared/pageColours.js";
import { fitToScreen } from "../shared/screenCanvas.js";
import { significant } from "../shared/showNumber.js";

/** A small curve of the loss, on a logarithmic scale without ticks. */
export class LossLine {
  readonly #canvas: HTMLCanvasElement;
  readonly #series = new LossSeries();

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  clear(): void {
    this.#series.clear();
  }

  push(epoch: number, loss: number): void {
    if (loss > 0) this.#series.push(epoch, loss);
  }

  draw(): void {
    const { points } = this.#series;
    const { context, width, height } = fitToScreen(this.#canvas);
    if (points.length < 2) return;
    const heights = points.map(({ y }) => Math.log(y));
    const [low, high] = [Math.min(...heights), Math.max(...heights)];
    const last = points.at(-1)!.x;
    context.strokeStyle = themeColour("accent");
    context.lineWidth = 2;
    context.lineJoin = "round";
    context.beginPath();
    points.forEach(({ x }, i) => {
      const part = high > low ? (heights[i]! - low) / (high - low) : 0.5;
      context.lineTo((x / last) * (width - 2) + 1, height - 2 - part * (height - 4));
    });
    context.stroke();
    const [first, now] = [points[0]!.y, points.at(-1)!.y].map(significant);
    this.#canvas.setAttribute("aria-label", `Loss by epoch: from ${first} to ${now}`);
  }
}
