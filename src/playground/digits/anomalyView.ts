import { byId, make, setText } from "../shared/dom.js";
import { grouped, showNumber, significant } from "../shared/showNumber.js";
import { paintGrid } from "./canvas.js";
import type { Analysis } from "./digitsMessages.js";
import { PIXELS } from "./pictures.js";

const UNTRAINED = "The model is untrained, so it finds every picture odd. Train it first.";

/** Pictures that are drawn at a time. */
const AT_ONCE = 3;

/** Shows the held-out pictures with the highest errors. */
export class AnomalyView {
  readonly #list = byId("suspects", HTMLElement);
  #analysis: Analysis | undefined;
  /** The first picture of the analysis that is not drawn yet. */
  #next = 0;

  /** Whether the model has learnt anything. */
  trained = false;

  set analysis(analysis: Analysis) {
    this.#analysis = analysis;
    this.#next = 0;
  }

  /** Draws the next few pictures. @returns whether there are more */
  draw(): boolean {
    if (!this.#analysis) return false;
    const analysis = this.#analysis;
    const suspects = this.trained ? analysis.suspects : [];
    if (this.#next === 0) this.#begin(analysis, suspects.length);
    const end = Math.min(suspects.length, this.#next + AT_ONCE);
    while (this.#next < end) this.#show(analysis, this.#next++);
    if (this.#next < suspects.length) return true;
    this.#analysis = undefined;
    return false;
  }

  #begin(analysis: Analysis, count: number): void {
    showNumber("mean-error", analysis.meanError, significant);
    setText(byId("anomalies", HTMLElement), this.trained ? summary(analysis) : UNTRAINED);
    while (this.#list.childElementCount > count) this.#list.lastElementChild!.remove();
  }

  #show({ suspects, threshold, pictures, reconstructions }: Analysis, index: number): void {
    const { error, odd } = suspects[index]!;
    const item =
      this.#list.children[index] ??
      this.#list.appendChild(make("li", {}, make("canvas"), make("div"), make("div")));
    const part = (all: Uint8Array) => all.subarray(index * PIXELS, (index + 1) * PIXELS);
    const [canvas, figure, notes] = item.children as unknown as [HTMLCanvasElement, HTMLElement, HTMLElement];
    canvas.className = "ink";
    canvas.role = "img";
    canvas.ariaLabel = odd ? "An odd picture above its reconstruction" : "A picture above its reconstruction";
    paintGrid(canvas, [part(pictures), part(reconstructions)]);
    const above = error > threshold;
    item.className = above ? "above" : "";
    setText(figure, significant(error));
    setText(notes, [above ? "▲" : "", odd ? "odd" : ""].join(" ").trim());
  }
}

function summary({ threshold, looked, flagged, odd, oddFlagged }: Analysis): string {
  const found = odd > 0 ? `, including ${oddFlagged} of the ${odd} odd ones` : "";
  return (
    `Threshold ${significant(threshold)}: 1 % of the training pictures have a higher error. ` +
    `Of ${grouped(looked)} held-out pictures, ${grouped(flagged)} ${flagged === 1 ? "is" : "are"} above it (▲)${found}. ` +
    "Shown: the highest errors, each picture above its reconstruction."
  );
}
