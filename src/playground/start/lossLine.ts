import { LossSeries } from "../shared/lossSeries.js";
import { themeColour } from "../shared/pageColours.js";
import { fitToScreen } from "../shared/screenCanvas.js";
import { significant } from "../shared/showNumber.js";

/** Small curves of the losses of the training and of the held-out points, on a logarithmic scale without ticks. */
export class LossLine {
  readonly #canvas: HTMLCanvasElement;
  readonly #series = { training: new LossSeries(), heldOut: new LossSeries() };

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  clear(): void {
    for (const series of Object.values(this.#series)) series.clear();
  }

  push(of: "training" | "heldOut", epoch: number, loss: number): void {
    if (loss > 0) this.#series[of].push(epoch, loss);
  }

  draw(): void {
    const { context, width, height } = fitToScreen(this.#canvas);
    const training = this.#series.training.points;
    if (training.length < 2) return;
    const heldOut = this.#series.heldOut.points;
    const heights = [...training, ...heldOut].map(({ y }) => Math.log(y));
    const [low, high] = [Math.min(...heights), Math.max(...heights)];
    const last = training.at(-1)!.x;
    context.lineWidth = 2;
    context.lineJoin = "round";
    for (const [points, colour] of [
      [heldOut, "quiet"],
      [training, "accent"],
    ] as const) {
      context.strokeStyle = themeColour(colour);
      context.beginPath();
      for (const { x, y } of points) {
        const part = high > low ? (Math.log(y) - low) / (high - low) : 0.5;
        context.lineTo((x / last) * (width - 2) + 1, height - 2 - part * (height - 4));
      }
      context.stroke();
    }
    const texts = [rangeText(training), heldOut.length > 0 ? `held-out points ${rangeText(heldOut)}` : ""];
    this.#canvas.setAttribute("aria-label", `Loss by epoch: ${texts.filter(Boolean).join("; ")}`);
  }
}

function rangeText(points: readonly { y: number }[]): string {
  return `from ${significant(points[0]!.y)} to ${significant(points.at(-1)!.y)}`;
}
