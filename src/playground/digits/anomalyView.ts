import { byId, make, setText } from "../shared/dom.js";
import { grouped, showNumber, significant } from "../shared/showNumber.js";
import { paintGrid } from "./canvas.js";
import type { Analysis } from "./digitsMessages.js";
import { PIXELS } from "./pictures.js";

const UNTRAINED = "The model is untrained, so it finds every picture odd. Train it first.";

/** Shows the held-out pictures with the highest errors. */
export class AnomalyView {
  #analysis: Analysis | undefined;

  /** Whether the model has learnt anything. */
  trained = false;

  set analysis(analysis: Analysis) {
    this.#analysis = analysis;
  }

  draw(): void {
    if (!this.#analysis) return;
    const analysis = this.#analysis;
    this.#analysis = undefined;
    showNumber("mean-error", analysis.meanError, significant);
    setText(byId("anomalies", HTMLElement), this.trained ? summary(analysis) : UNTRAINED);
    const list = byId("suspects", HTMLElement);
    const { threshold, pictures, reconstructions } = analysis;
    const suspects = this.trained ? analysis.suspects : [];
    while (list.childElementCount > suspects.length) list.lastElementChild!.remove();
    suspects.forEach(({ error, odd }, index) => {
      const item =
        list.children[index] ?? list.appendChild(make("li", {}, make("canvas"), make("div"), make("div")));
      const part = (all: Uint8Array) => all.subarray(index * PIXELS, (index + 1) * PIXELS);
      const [canvas, figure, notes] = item.children as unknown as [
        HTMLCanvasElement,
        HTMLElement,
        HTMLElement,
      ];
      canvas.className = "ink";
      canvas.role = "img";
      canvas.ariaLabel = odd
        ? "An odd picture above its reconstruction"
        : "A picture above its reconstruction";
      paintGrid(canvas, [part(pictures), part(reconstructions)]);
      const above = error > threshold;
      item.className = above ? "above" : "";
      setText(figure, significant(error));
      setText(notes, [above ? "▲" : "", odd ? "odd" : ""].join(" ").trim());
    });
  }
}

function summary({ threshold, looked, flagged, odd, oddFlagged }: Analysis): string {
  const found = odd > 0 ? `, including ${oddFlagged} of the ${odd} odd ones` : "";
  return (
    `Threshold ${significant(threshold)}: 1 % of the training pictures have a higher error. ` +
    `Of ${grouped(looked)} held-out pictures, ${grouped(flagged)} are above it (▲)${found}. ` +
    "Shown: the highest errors, each picture above its reconstruction."
  );
}
