import { isDark, onThemeChange, themeColour } from "../shared/pageColours.js";
import {
  fitToScreen,
  followPointer,
  makeOperable,
  type Screen,
  sizeOnScreen,
} from "../shared/screenCanvas.js";
import type { Range } from "./ranges.js";

/** Codes to show on the plane. */
export interface CodeMap {
  /** Pairs of coordinates. */
  readonly codes: Float32Array;
  readonly labels?: Uint8Array;
}

/** Margin at the edges, in CSS pixels. */
const MARGIN = 8;
/** An arrow key moves the point by this share of the range; with Shift, five times as far. */
const STEP = 1 / 50;
/** Hues of the labels 0 to 9; neighbours differ clearly. */
const HUES = [0, 210, 36, 275, 130, 325, 60, 180, 300, 95];

const STEPS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** The plane of a code with two components: codes of pictures, and a point that pointer or keyboard can move. */
export class CodePad {
  readonly #canvas: HTMLCanvasElement;
  readonly #moved: (code: readonly [number, number]) => void;
  #ranges: readonly Range[] = [];
  #map: CodeMap | undefined;
  #code: readonly [number, number] = [0, 0];
  /** The map without the point, drawn once for each map: its hundreds of characters take longer than all else. */
  readonly #drawnMap = document.createElement("canvas");
  #stale = true;
  #requested = false;

  /** @param moved called with the code when the visitor moves the point */
  constructor(canvas: HTMLCanvasElement, moved: (code: readonly [number, number]) => void) {
    this.#canvas = canvas;
    this.#moved = moved;
    makeOperable(canvas);
    followPointer(canvas, (event) => this.#point(event));
    canvas.addEventListener("keydown", (event) => this.#press(event));
    const again = () => {
      this.#stale = true;
      this.#request();
    };
    new ResizeObserver(again).observe(canvas);
    onThemeChange(again);
  }

  show(ranges: readonly Range[], map: CodeMap | undefined): void {
    this.#ranges = ranges;
    this.#map = map;
    this.#stale = true;
    this.#request();
  }

  place(code: readonly [number, number]): void {
    this.#code = code;
    this.#request();
  }

  /** Draws in the next frame, once for all that has changed until then. */
  #request(): void {
    if (this.#requested) return;
    this.#requested = true;
    requestAnimationFrame(() => {
      this.#requested = false;
      this.#draw();
    });
  }

  #point(event: PointerEvent): void {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    const part = (at: number, size: number) => Math.min(1, Math.max(0, (at - MARGIN) / (size - 2 * MARGIN)));
    this.#moveTo([part(event.clientX - left, width), 1 - part(event.clientY - top, height)]);
  }

  /** Moves the point to a position given as shares of the ranges. */
  #moveTo(parts: readonly [number, number]): void {
    const [x, y] = this.#ranges;
    if (!x || !y) return;
    const at = ({ low, high }: Range, part: number) => low + part * (high - low);
    this.place([at(x, parts[0]), at(y, parts[1])]);
    this.#moved(this.#code);
  }

  #press(event: KeyboardEvent): void {
    const step = STEPS[event.key];
    if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const size = STEP * (event.shiftKey ? 5 : 1);
    const clamped = (part: number) => Math.min(1, Math.max(0, part));
    const [x, y] = this.#parts(this.#code);
    this.#moveTo([clamped(x + size * step[0]), clamped(y + size * step[1])]);
  }

  #parts([x, y]: readonly [number, number]): [number, number] {
    const part = ({ low, high }: Range, value: number) => (value - low) / (high - low);
    return [part(this.#ranges[0]!, x), part(this.#ranges[1]!, y)];
  }

  #draw(): void {
    if (sizeOnScreen(this.#canvas).width === 0 || this.#ranges.length !== 2) return;
    const screen = fitToScreen(this.#canvas);
    const { context, width, height } = screen;
    const at = (code: readonly [number, number]): [number, number] => {
      const [x, y] = this.#parts(code);
      return [MARGIN + x * (width - 2 * MARGIN), height - MARGIN - y * (height - 2 * MARGIN)];
    };
    if (this.#stale) this.#drawMap(screen, at);
    this.#stale = false;
    context.drawImage(this.#drawnMap, 0, 0, width, height);
    const [x, y] = at(this.#code);
    context.lineWidth = 2;
    for (const [radius, stroke] of [
      [7, themeColour("card")],
      [9, themeColour("accent")],
    ] as const) {
      context.strokeStyle = stroke;
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.stroke();
    }
    const rounded = this.#code.map((value) => value.toFixed(2)).join(", ");
    this.#canvas.setAttribute("aria-label", `Plane of the code, at ${rounded}`);
  }

  #drawMap(size: Screen, at: (code: readonly [number, number]) => readonly [number, number]): void {
    const { codes, labels } = this.#map ?? { codes: new Float32Array(), labels: undefined };
    const { context } = fitToScreen(this.#drawnMap, size);
    const lightness = isDark() ? 68 : 36;
    context.font = "11px system-ui, sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    // One colour after the other: to set one takes as long as to write a character.
    for (const wanted of labels ? HUES.keys() : [undefined]) {
      context.fillStyle =
        wanted === undefined ? themeColour("quiet") : `hsl(${HUES[wanted]} 75% ${lightness}%)`;
      for (let i = 0; 2 * i < codes.length; i++) {
        if (labels?.[i] !== wanted) continue;
        const [x, y] = at([codes[2 * i]!, codes[2 * i + 1]!]);
        context.fillText(wanted === undefined ? "·" : String(wanted), x, y);
      }
    }
  }
}
