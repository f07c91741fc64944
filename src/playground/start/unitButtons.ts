import { byId, make, setText } from "../shared/dom.js";
import { MOST_LAYERS, MOST_UNITS } from "./startSettings.js";

/** Units of a layer that is added. */
const NEW_LAYER = 4;

/** Buttons above the encoder's hidden layers, for one unit more or less; the decoder mirrors the encoder. */
export class UnitButtons {
  readonly #row = make("div", { className: "unit-buttons" });
  readonly #change: (hidden: readonly number[]) => void;
  #hidden: readonly number[] = [];

  /** @param change called with the widths that the visitor wants */
  constructor(box: HTMLElement, change: (hidden: readonly number[]) => void) {
    this.#change = change;
    box.before(this.#row);
  }

  show(hidden: readonly number[]): void {
    const same = hidden.length === this.#hidden.length && this.#row.childElementCount > 0;
    this.#hidden = hidden;
    // Buttons that stay keep the keyboard's focus.
    if (!same) this.#row.replaceChildren(...this.#columns());
    hidden.forEach((units, layer) => {
      const [fewer, more] = Array.from(this.#row.children[layer + 1]!.querySelectorAll("button"));
      fewer!.disabled = units === 1;
      more!.disabled = units === MOST_UNITS;
    });
    setText(byId("layer-count", HTMLElement), String(hidden.length));
    byId("fewer-layers", HTMLButtonElement).disabled = hidden.length === 0;
    byId("more-layers", HTMLButtonElement).disabled = hidden.length === MOST_LAYERS;
  }

  /** One column for each layer of the network, empty for those without buttons. */
  #columns(): HTMLElement[] {
    const layers = 2 * this.#hidden.length + 3;
    return Array.from({ length: layers }, (_, column) => {
      const layer = column - 1;
      if (layer < 0 || layer >= this.#hidden.length) return make("span");
      return make("span", {}, this.#button(layer, -1), this.#button(layer, 1));
    });
  }

  #button(layer: number, by: number): HTMLButtonElement {
    const button = make("button", { type: "button", textContent: by > 0 ? "+" : "−" });
    button.ariaLabel = `One unit ${by > 0 ? "more" : "less"} in hidden layer ${layer + 1}`;
    button.addEventListener("click", () => {
      this.#change(this.#hidden.map((units, index) => (index === layer ? units + by : units)));
    });
    return button;
  }

  addLayer(): void {
    this.#change([...this.#hidden, Math.min(NEW_LAYER, this.#hidden.at(-1) ?? NEW_LAYER)]);
  }

  removeLayer(): void {
    this.#change(this.#hidden.slice(0, -1));
  }
}
