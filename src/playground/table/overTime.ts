import { onThemeChange, themeColour } from "../shared/pageColours.js";
import { fitToScreen, sizeOnScreen } from "../shared/screenCanvas.js";
import type { Scored } from "./tableMessages.js";

/** Draws the deciding scores of a series over time, with the flagged stretches marked. */
export class OverTime {
  readonly #canvas: HTMLCanvasElement;
  #scores: Scored["deciding"] | undefined;
  #threshold = 0;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    new ResizeObserver(() => this.draw()).observe(canvas);
    onThemeChange(() => this.draw());
  }

  show({ deciding }: Pick<Scored, "deciding">): void {
    this.#scores = deciding;
  }

  set threshold(threshold: number) {
    this.#threshold = threshold;
    this.draw();
  }

  draw(): void {
    if (!this.#scores || sizeOnScreen(this.#canvas).width === 0) return;
    const scores = this.#scores;
    const { context, width, height } = fitToScreen(this.#canvas);
    const most = scores.reduce((a, b) => (b > a ? b : a), this.#threshold) || 1;
    const y = (score: number) => height - 4 - (score / most) * (height - 12);
    const rows = scores.length;
    const columns = Math.max(1, Math.floor(width));
    // In each column of pixels: the lowest and the highest score, and whether a row is flagged.
    for (let column = 0; column < columns; column++) {
      const first = Math.min(rows - 1, Math.floor((column * rows) / columns));
      const end = Math.max(first + 1, Math.floor(((column + 1) * rows) / columns));
      let [low, high, flagged] = [Number.POSITIVE_INFINITY, 0, false];
      // One more row, so that neighbouring columns touch.
      for (let row = first; row <= Math.min(end, rows - 1); row++) {
        low = Math.min(low, scores[row]!);
        high = Math.max(high, scores[row]!);
        if (row < end) flagged ||= scores[row]! > this.#threshold;
      }
      if (flagged) {
        context.fillStyle = themeColour("bad-page");
        context.fillRect(column, 0, 1, height);
      }
      context.fillStyle = themeColour(flagged ? "rebuilt" : "curve");
      context.fillRect(column, y(high), 1, Math.max(1.5, y(low) - y(high)));
    }
    context.strokeStyle = themeColour("ink");
    context.setLineDash([5, 3]);
    context.beginPath();
    context.moveTo(0, y(this.#threshold));
    context.lineTo(width, y(this.#threshold));
    context.stroke();
  }
}
