import { byId, make, setText } from "../shared/dom.js";
import { MOST_CODE, MOST_LAYERS, MOST_UNITS, type StartSettings } from "./startSettings.js";

/** Units of a layer that is added. */
const NEW_LAYER = 4;

/** What the buttons change. */
type Widths = Pick<StartSettings, "hidden" | "code">;

/** Buttons above the encoder's hidden layers and the code, for one unit more or less; the decoder mirrors the encoder. */
export class UnitButtons {
  readonly #row = make("div", { className: "unit-buttons" });
  readonly #change: (widths: Partial<Widths>) => void;
  #hidden: readonly number[] = [];
  #code = 1;

  /** @param change called with the widths that the visitor wants */
  constructor(box: HTMLElement, change: (widths: Partial<Widths>) => void) {
    this.#change = change;
    box.before(this.#row);
  }

  show({ hidden, code }: Widths): void {
    const same = hidden.length === this.#hidden.length && this.#row.childElementCount > 0;
    this.#hidden = hidden;
    this.#code = code;
    // Buttons that stay keep the keyboard's focus.
    if (!same) this.#row.replaceChildren(...this.#columns());
    [...hidden, code].forEach((units, layer) => {
      const [fewer, more] = Array.from(this.#row.children[layer + 1]!.querySelectorAll("button"));
      fewer!.disabled = units === 1;
      more!.disabled = units === (layer === hidden.length ? MOST_CODE : MOST_UNITS);
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
      if (layer < 0 || layer > this.#hidden.length) return make("span");
      return make("span", {}, this.#button(layer, -1), this.#button(layer, 1));
    });
  }

  #button(layer: number, by: number): HTMLButtonElement {
    const button = make("button", { type: "button", textContent: by > 0 ? "+" : "−" });
    const isCode = layer === this.#hidden.length;
    const where = isCode ? "the code" : `hidden layer ${layer + 1}`;
    button.ariaLabel = `One unit ${by > 0 ? "more" : "less"} in ${where}`;
    button.addEventListener("click", () => {
      const hidden = this.#hidden.map((units, index) => (index === layer ? units + by : units));
      this.#change(isCode ? { code: this.#code + by } : { hidden });
    });
    return button;
  }

  addLayer(): void {
    const units = Math.min(NEW_LAYER, this.#hidden.at(-1) ?? NEW_LAYER);
    this.#change({ hidden: [...this.#hidden, units] });
  }

  removeLayer(): void {
    this.#change({ hidden: this.#hidden.slice(0, -1) });
  }
}
