import { byId, make, setText } from "../shared/dom.js";
import { paintGrid } from "./canvas.js";
import { CodePad } from "./codePad.js";
import type { Analysis } from "./digitsMessages.js";
import type { Range } from "./ranges.js";

/** Number of steps of a slider. */
const STEPS = 100;

interface Slider {
  readonly input: HTMLInputElement;
  readonly output: HTMLOutputElement;
}

/** Sliders for the code, a plane if it has two components, and the decoded picture. */
export class CodeView {
  readonly #decode: (code: Float32Array) => void;
  readonly #pad: CodePad;
  readonly #sliders: Slider[] = [];
  #code = new Float32Array();
  #ranges: readonly Range[] = [];
  /** Whether the visitor has not changed the code yet. */
  #untouched = true;
  #analysis: Analysis | undefined;
  #picture: Uint8Array | undefined;

  /** @param decode asks for a code to be decoded */
  constructor(decode: (code: Float32Array) => void) {
    this.#decode = decode;
    this.#pad = new CodePad(byId("code-pad", HTMLCanvasElement), (code) => this.set(Float32Array.from(code)));
    byId("middle", HTMLButtonElement).addEventListener("click", () => this.set(this.#middle()));
  }

  /** Call when there is a new model. */
  begin(latentSize: number): void {
    this.#code = new Float32Array(latentSize);
    this.#ranges = [];
    this.#untouched = true;
    this.#sliders.length = 0;
    for (let i = 0; i < latentSize; i++) this.#sliders.push(this.#slider(i));
    byId("sliders", HTMLElement).replaceChildren(
      ...this.#sliders.map(({ input, output }, i) =>
        make("label", { className: "slider" }, make("span", { textContent: String(i + 1) }), input, output),
      ),
    );
    byId("code-pad-box", HTMLElement).hidden = latentSize !== 2;
    byId("middle", HTMLButtonElement).disabled = true;
  }

  #slider(index: number): Slider {
    const input = make("input", { type: "range", ariaLabel: `Component ${index + 1} of the code` });
    input.addEventListener("input", () => {
      const code = this.#code.slice();
      code[index] = Number(input.value);
      this.set(code);
    });
    return { input, output: make("output", { textContent: "–" }) };
  }

  /** Moves the sliders to a code and decodes it. */
  set(code: Float32Array): void {
    if (code.length !== this.#code.length) return;
    this.#untouched = false;
    this.#show(code);
  }

  #show(code: Float32Array): void {
    this.#code = Float32Array.from(code);
    this.#sliders.forEach(({ input, output }, i) => {
      const value = code[i]!;
      input.value = String(value);
      setText(output, value.toFixed(2));
    });
    if (code.length === 2) this.#pad.place([code[0]!, code[1]!]);
    this.#decode(this.#code.slice());
  }

  set analysis(analysis: Analysis) {
    this.#analysis = analysis;
  }

  set picture(picture: Uint8Array) {
    this.#picture = picture;
  }

  /** Sets the sliders' ranges from the last analysis. */
  drawRanges(): void {
    if (!this.#analysis) return;
    const { ranges, map } = this.#analysis;
    this.#analysis = undefined;
    if (ranges.length !== this.#sliders.length) return;
    this.#ranges = ranges;
    this.#sliders.forEach(({ input }, i) => {
      const { low, high } = ranges[i]!;
      Object.assign(input, { min: String(low), max: String(high), step: String((high - low) / STEPS) });
      // A value outside the range stays as it is, although the slider cannot show it.
      input.value = String(this.#code[i]);
    });
    byId("middle", HTMLButtonElement).disabled = false;
    if (ranges.length === 2) this.#pad.show(ranges, map);
    if (this.#untouched) this.#show(this.#middle());
  }

  drawPicture(): void {
    if (this.#picture) paintGrid(byId("decoded", HTMLCanvasElement), [this.#picture]);
    this.#picture = undefined;
  }

  #middle(): Float32Array {
    return Float32Array.from(this.#ranges, ({ low, high }) => (low + high) / 2);
  }
}
