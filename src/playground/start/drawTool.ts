import { byId, setText } from "../shared/dom.js";
import { drawingOf, drawnPoints, MOST_DRAWN } from "../spiral/drawnPoints.js";
import type { StartSettings } from "./startSettings.js";

type Point = readonly [number, number];

/** Distance between two points of a stroke. */
const SPACING = 0.02;

/** Draws the visitor's own points into the left picture, stroke by stroke. */
export class DrawTool {
  readonly #tools = byId("draw-tools", HTMLElement);
  readonly #draw = byId("draw", HTMLButtonElement);
  readonly #clear = byId("clear", HTMLButtonElement);
  readonly #changed: (drawing: string) => void;
  #points: number[] = [];
  /** Where in the points the stroke begins. */
  #begun = 0;
  /** The last point of the stroke that is being drawn. */
  #last: Point | undefined;

  /** @param changed called with the drawing after each stroke */
  constructor(changed: (drawing: string) => void) {
    this.#changed = changed;
    this.#draw.addEventListener("click", () => this.#switch(!this.active));
    this.#clear.addEventListener("click", () => {
      this.#switch(true);
      changed("");
    });
  }

  show({ data, drawing }: StartSettings): void {
    const shown = data === "drawing";
    if (shown && this.#tools.hidden) this.#switch(true);
    this.#tools.hidden = !shown;
    this.#clear.disabled = drawing === "";
    this.#points = drawnPoints(drawing) ?? [];
    this.#begun = this.#points.length;
    this.#last = undefined;
    const left = MOST_DRAWN - this.#points.length / 2;
    setText(
      byId("draw-note", HTMLElement),
      left > 0
        ? this.#points.length === 0
          ? "draw into the picture"
          : `${left} points left`
        : "that is all that fits",
    );
  }

  #switch(on: boolean): void {
    this.#draw.ariaPressed = String(on);
  }

  /** Whether the pointer draws. */
  get active(): boolean {
    return !this.#tools.hidden && this.#draw.ariaPressed === "true";
  }

  /** Points x₁, x₂, … of a stroke that has not ended. */
  get stroke(): readonly number[] {
    return this.#points.slice(this.#begun);
  }

  /** Goes on with a stroke, or begins one. */
  add(to: Point): void {
    const from = this.#last;
    if (!from) this.#put(to);
    else {
      const steps = Math.floor(Math.hypot(to[0] - from[0], to[1] - from[1]) / SPACING);
      // A fast pointer leaves gaps.
      for (let i = 1; i <= steps; i++) {
        this.#put([from[0] + ((to[0] - from[0]) * i) / steps, from[1] + ((to[1] - from[1]) * i) / steps]);
      }
    }
  }

  #put(point: Point): void {
    if (this.#points.length >= 2 * MOST_DRAWN) return;
    this.#points.push(...point);
    this.#last = point;
  }

  /** Ends a stroke. */
  finish(): void {
    if (!this.#last) return;
    this.#last = undefined;
    this.#changed(drawingOf(this.#points));
  }
}
