import { byId, setText } from "../shared/dom.js";
import { onThemeChange, themeColour } from "../shared/pageColours.js";
import { fitToScreen } from "../shared/screenCanvas.js";
import { significant } from "../shared/showNumber.js";
import { paintGrid } from "./canvas.js";
import type { Drawing, Drawn } from "./digitsMessages.js";
import type { ModelSettings } from "./digitsSettings.js";
import { DrawPad } from "./drawPad.js";

/** What this panel needs from the page. */
interface DrawEvents {
  /** Returns the noise settings. */
  noise(): Pick<ModelSettings, "corruption" | "strength">;
  /** Asks for a drawing to be encoded and rebuilt. */
  draw(drawing: Drawing): void;
  /** Tells that the drawing has been erased. */
  erase(): void;
  /** Asks for a sample to put on the pad. */
  sample(): void;
  /** Moves the sliders to the drawing's code. */
  useCode(code: Float32Array): void;
}

/** The pad to draw on, and the model's results for the drawing. */
export class DrawView {
  readonly #events: DrawEvents;
  readonly #pad: DrawPad;
  readonly #noise = byId("add-noise", HTMLButtonElement);
  readonly #fit = byId("fit", HTMLInputElement);
  readonly #use = byId("use-drawing", HTMLButtonElement);
  #seed = 0;
  #drawn: Drawn | undefined;
  #stale = false;

  constructor(events: DrawEvents) {
    this.#events = events;
    const radius = byId("brush", HTMLInputElement);
    const erase = byId("erase", HTMLInputElement);
    this.#pad = new DrawPad(
      byId("pad", HTMLCanvasElement),
      () => ({ radius: Number(radius.value), erase: erase.checked }),
      () => this.send(),
    );
    byId("clear", HTMLButtonElement).addEventListener("click", () => this.#pad.clear());
    byId("sample", HTMLButtonElement).addEventListener("click", () => events.sample());
    this.#fit.addEventListener("change", () => this.send());
    this.#noise.addEventListener("click", () => {
      const on = this.#noise.ariaPressed !== "true";
      this.#noise.ariaPressed = String(on);
      setText(this.#noise, on ? "Remove noise" : "Add noise");
      if (on) this.#seed++;
      this.send();
    });
    this.#use.addEventListener("click", () => {
      if (this.#drawn) events.useCode(this.#drawn.code);
    });
    const redraw = () => {
      if (this.#drawn && !this.#pad.empty) drawBars(this.#drawn.code);
    };
    new ResizeObserver(redraw).observe(byId("bars", HTMLCanvasElement));
    onThemeChange(redraw);
  }

  /** Asks for results for the current drawing; clears them if it is empty. */
  send(): void {
    if (this.#pad.empty) {
      this.#forget();
      return;
    }
    const noise = this.#noise.ariaPressed === "true" && { ...this.#events.noise(), seed: this.#seed };
    this.#events.draw({ pixels: this.#pad.pixels, fit: this.#fit.checked, ...(noise && { noise }) });
  }

  set sample(pixels: Float32Array) {
    this.#pad.set(pixels);
  }

  /** Whether the model has learnt anything. */
  trained = false;

  set drawn(drawn: Drawn) {
    this.#drawn = drawn;
    this.#stale = true;
  }

  #forget(): void {
    this.#events.erase();
    this.#drawn = undefined;
    this.#stale = false;
    this.#use.disabled = true;
    for (const id of ["seen", "noisy", "rebuilt", "bars"]) {
      const canvas = byId(id, HTMLCanvasElement);
      canvas.getContext("2d")?.clearRect(0, 0, canvas.width, canvas.height);
    }
    showVerdict("Nothing is drawn yet.", false);
  }

  draw(): void {
    if (!this.#stale || !this.#drawn || this.#pad.empty) return;
    this.#stale = false;
    const { seen, corrupted, reconstruction, code } = this.#drawn;
    paintGrid(byId("seen", HTMLCanvasElement), [seen]);
    byId("noisy-figure", HTMLElement).hidden = !corrupted;
    if (corrupted) paintGrid(byId("noisy", HTMLCanvasElement), [corrupted]);
    paintGrid(byId("rebuilt", HTMLCanvasElement), [reconstruction]);
    setText(byId("rebuilt-caption", HTMLElement), corrupted ? "Denoised" : "Rebuilt");
    drawBars(code);
    this.#use.disabled = false;
    const { error, threshold } = this.#drawn;
    if (this.trained) showVerdict(verdict(this.#drawn), error > threshold);
    else showVerdict("The model is untrained, so it cannot judge the drawing yet.", false);
  }
}

function verdict({ error, threshold, noiseError, denoisedError }: Drawn): string {
  const ratio = error / threshold;
  const judged = ratio > 1 ? "▲ Anomalous for this model" : "Normal for this model";
  const plain = `${judged}: error ${significant(error)}, ${ratio.toFixed(2)} × the threshold.`;
  if (noiseError === undefined || denoisedError === undefined) return plain;
  return `${plain} Mean squared difference from the drawing: ${significant(noiseError)} with noise, ${significant(denoisedError)} after denoising.`;
}

function showVerdict(text: string, above: boolean): void {
  const element = byId("verdict", HTMLElement);
  setText(element, text);
  element.classList.toggle("above", above);
}

/** Draws a code as bars up and down from 0. */
function drawBars(code: Float32Array): void {
  const canvas = byId("bars", HTMLCanvasElement);
  const { context, width, height } = fitToScreen(canvas);
  const most = code.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-6);
  const step = width / code.length;
  const middle = height / 2;
  context.fillStyle = themeColour("curve");
  code.forEach((value, i) => {
    const length = (value / most) * (middle - 1);
    const gap = Math.min(2, step / 4);
    context.fillRect(i * step + gap / 2, middle - Math.max(0, length), step - gap, Math.abs(length));
  });
  context.fillStyle = themeColour("quiet");
  context.fillRect(0, middle - 0.5, width, 1);
  const values = Array.from(code, (value) => value.toFixed(2)).join(", ");
  canvas.setAttribute("aria-label", `Code of the drawing: ${values}`);
}
