import { contextOf, makeOperable } from "../shared/screenCanvas.js";
import { type Point, paintStroke } from "./brush.js";
import { PIXELS, SIDE } from "./pictures.js";

/** Settings of the next stroke. */
export interface Brush {
  /** Radius in pixels of the drawing. */
  readonly radius: number;
  readonly erase: boolean;
}

const STEPS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
/** The bit of `buttons` for a pen's eraser. */
const ERASER = 32;

/** A canvas to draw a picture on, with mouse, pen, finger or keyboard. */
export class DrawPad {
  readonly #canvas: HTMLCanvasElement;
  readonly #brush: () => Brush;
  readonly #changed: () => void;
  readonly #small = new OffscreenCanvas(SIDE, SIDE);
  #pixels = new Float32Array(PIXELS);
  #last: Point | undefined;
  #cursor = { x: SIDE / 2, y: SIDE / 2 };
  #painting = false;

  /** @param changed called when the drawing changes */
  constructor(canvas: HTMLCanvasElement, brush: () => Brush, changed: () => void) {
    this.#canvas = canvas;
    this.#brush = brush;
    this.#changed = changed;
    makeOperable(canvas);
    canvas.addEventListener("pointerdown", (event) => this.#begin(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    for (const end of ["pointerup", "pointercancel"] as const) {
      canvas.addEventListener(end, () => {
        this.#last = undefined;
      });
    }
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
    canvas.addEventListener("keydown", (event) => this.#press(event));
    canvas.addEventListener("focus", () => this.#repaint());
    canvas.addEventListener("blur", () => this.#repaint());
  }

  /** A copy of the drawing: 28×28 values from 0 to 1. */
  get pixels(): Float32Array {
    return this.#pixels.slice();
  }

  get empty(): boolean {
    return this.#pixels.every((value) => value === 0);
  }

  /** Replaces the drawing. */
  set(pixels: Float32Array): void {
    this.#pixels.set(pixels);
    this.#repaint();
    this.#changed();
  }

  clear(): void {
    this.set(new Float32Array(PIXELS));
  }

  #begin(event: PointerEvent): void {
    if (event.pointerType === "mouse" && event.button !== 0) return;
    this.#canvas.setPointerCapture(event.pointerId);
    const place = this.#placeOf(event);
    this.#paint(place, place, (event.buttons & ERASER) !== 0);
    this.#last = place;
  }

  #move(event: PointerEvent): void {
    if (!this.#last) return;
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const move of moves.length > 0 ? moves : [event]) {
      const place = this.#placeOf(move);
      this.#paint(this.#last, place, (event.buttons & ERASER) !== 0);
      this.#last = place;
    }
  }

  #placeOf(event: PointerEvent): Point {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    return { x: ((event.clientX - left) / width) * SIDE, y: ((event.clientY - top) / height) * SIDE };
  }

  #press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const step = STEPS[event.key];
    if (step) {
      const from = this.#cursor;
      const clamped = (value: number) => Math.min(SIDE - 0.5, Math.max(0.5, value));
      this.#cursor = { x: clamped(from.x + step[0]), y: clamped(from.y + step[1]) };
      if (event.shiftKey) this.#paint(from, this.#cursor);
    } else if (event.key === " ") this.#paint(this.#cursor, this.#cursor);
    else if (event.key === "Backspace" || event.key === "Delete")
      this.#paint(this.#cursor, this.#cursor, true);
    else return;
    event.preventDefault();
    this.#repaint();
  }

  #paint(from: Point, to: Point, erase = false): void {
    const brush = this.#brush();
    paintStroke(this.#pixels, from, to, brush.radius, erase || brush.erase);
    this.#repaint();
    this.#changed();
  }

  /** Redraws once per frame, however many changes there are. */
  #repaint(): void {
    if (this.#painting) return;
    this.#painting = true;
    requestAnimationFrame(() => {
      this.#painting = false;
      this.#draw();
    });
  }

  #draw(): void {
    const image = new ImageData(SIDE, SIDE);
    this.#pixels.forEach((value, place) => {
      image.data[4 * place + 3] = Math.round(255 * value);
    });
    this.#small.getContext("2d")!.putImageData(image, 0, 0);
    const context = contextOf(this.#canvas);
    const { width, height } = this.#canvas;
    context.clearRect(0, 0, width, height);
    context.imageSmoothingEnabled = false;
    context.drawImage(this.#small, 0, 0, width, height);
    if (document.activeElement === this.#canvas) this.#drawCursor(context, width / SIDE);
  }

  /** Draws a ring the size of the brush, in grey that is visible on ink and background. */
  #drawCursor(context: CanvasRenderingContext2D, scale: number): void {
    context.strokeStyle = "#808080";
    context.lineWidth = scale / 4;
    context.beginPath();
    const { radius } = this.#brush();
    context.arc(this.#cursor.x * scale, this.#cursor.y * scale, Math.max(1, radius) * scale, 0, 2 * Math.PI);
    context.stroke();
  }
}
