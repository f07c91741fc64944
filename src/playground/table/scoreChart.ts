import { onThemeChange, themeColour } from "../shared/pageColours.js";
import { fitToScreen, followPointer, makeOperable, sizeOnScreen } from "../shared/screenCanvas.js";
import { significant } from "../shared/showNumber.js";
import { binned, type ScoreScale, scoreScale, ticks } from "./scoreBins.js";
import type { Scored } from "./tableMessages.js";

const BINS = 72;
/** Room below the bars for the axis, in CSS pixels. */
const AXIS = 22;
/** Room at both sides for its labels. */
const SIDE = 14;
/** An arrow key moves the threshold by this share of the width; with Shift, by ten times as much. */
const STEP = 1 / 200;

const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };

/** How many rows have which score, with a threshold that pointer and keyboard move. */
export class ScoreChart {
  readonly #canvas: HTMLCanvasElement;
  readonly #moved: (threshold: number) => void;
  #range: readonly [number, number] = [0, 1];
  #scale: ScoreScale = scoreScale([0, 1]);
  #all: Uint32Array = new Uint32Array(BINS);
  #odd: Uint32Array | undefined;
  #threshold = 0;

  /** @param moved called with the threshold when the visitor moves it */
  constructor(canvas: HTMLCanvasElement, moved: (threshold: number) => void) {
    this.#canvas = canvas;
    this.#moved = moved;
    makeOperable(canvas);
    canvas.setAttribute("role", "slider");
    followPointer(canvas, (event) => this.#point(event));
    canvas.addEventListener("keydown", (event) => this.#press(event));
    new ResizeObserver(() => this.draw()).observe(canvas);
    onThemeChange(() => this.draw());
  }

  /** @param range the smallest and the largest deciding score */
  show({ deciding, labels, evaluation }: Scored, range: readonly [number, number]): void {
    this.#range = range;
    this.#scale = scoreScale(range);
    this.#all = binned(deciding, this.#scale, BINS);
    const odd = evaluation && labels && deciding.filter((_, row) => labels[row] === 1);
    this.#odd = odd && binned(odd, this.#scale, BINS);
  }

  /** The threshold to draw. */
  set threshold(threshold: number) {
    this.#threshold = threshold;
    const { place } = this.#scale;
    const [least, most] = this.#range;
    const value = place(threshold) < 0 ? least : Math.max(threshold, least);
    const canvas = this.#canvas;
    canvas.setAttribute("aria-valuemin", String(least));
    canvas.setAttribute("aria-valuemax", String(Math.max(most, this.#scale.score(1))));
    canvas.setAttribute("aria-valuenow", String(value));
    this.draw();
  }

  /** What screen readers say of the threshold. */
  set text(text: string) {
    this.#canvas.setAttribute("aria-valuetext", text);
  }

  #point(event: PointerEvent): void {
    const { left, width } = this.#canvas.getBoundingClientRect();
    this.#moveTo((event.clientX - left - SIDE) / (width - 2 * SIDE));
  }

  #press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const place = this.#scale.place(this.#threshold);
    const direction = STEPS[event.key];
    if (event.key === "Home") this.#moveTo(0);
    else if (event.key === "End") this.#moveTo(1);
    else if (direction !== undefined) this.#moveTo(place + direction * STEP * (event.shiftKey ? 10 : 1));
    else return;
    event.preventDefault();
  }

  #moveTo(place: number): void {
    this.#moved(Math.max(0, this.#scale.score(Math.min(1, Math.max(0, place)))));
  }

  draw(): void {
    if (sizeOnScreen(this.#canvas).width === 0) return;
    const { context, width, height } = fitToScreen(this.#canvas);
    const x = (place: number) => SIDE + place * (width - 2 * SIDE);
    const line = Math.min(width, Math.max(0, x(this.#scale.place(this.#threshold))));
    context.fillStyle = themeColour("bad-page");
    context.fillRect(line, 0, width - line, height - AXIS);
    this.#drawBars(context, x, height - AXIS, line);
    this.#drawAxis(context, x, width, height);
    context.fillStyle = themeColour("ink");
    context.fillRect(line - 1, 0, 2, height - AXIS);
    // A handle shows that the line can be taken.
    context.beginPath();
    context.arc(line, 8, 6, 0, 2 * Math.PI);
    context.fill();
  }

  #drawBars(
    context: CanvasRenderingContext2D,
    x: (place: number) => number,
    bottom: number,
    line: number,
  ): void {
    const tallest = Math.sqrt(this.#all.reduce((a, b) => Math.max(a, b), 1));
    const room = bottom - 18;
    const bar = (bin: number, count: number, inset: number) => {
      const [left, right] = [x(bin / BINS), x((bin + 1) / BINS)];
      const tall = (Math.sqrt(count) / tallest) * room;
      context.fillRect(left + inset, bottom - tall, Math.max(1, right - left - 2 * inset), tall);
    };
    this.#all.forEach((count, bin) => {
      context.fillStyle = themeColour(x((bin + 0.5) / BINS) > line ? "rebuilt" : "curve");
      bar(bin, count, 0.5);
    });
    context.fillStyle = themeColour("ink");
    this.#odd?.forEach((count, bin) => {
      bar(bin, count, (x(1 / BINS) - x(0)) / 3);
    });
  }

  #drawAxis(
    context: CanvasRenderingContext2D,
    x: (place: number) => number,
    width: number,
    height: number,
  ): void {
    context.fillStyle = themeColour("line");
    context.fillRect(0, height - AXIS, width, 1);
    context.fillStyle = themeColour("quiet");
    context.font = "12px system-ui, sans-serif";
    context.textAlign = "center";
    context.textBaseline = "bottom";
    const labels = ticks(this.#range, Math.min(10, width / 60));
    let free = 0;
    for (const value of labels) {
      const [text, at] = [significantText(value), x(this.#scale.place(value))];
      const half = context.measureText(text).width / 2;
      if (at - half < free || at + half > width) continue;
      context.fillText(text, at, height - 2);
      free = at + half + 6;
    }
  }
}

function significantText(value: number): string {
  return value === 0 ? "0" : String(Number(significant(value)));
}
