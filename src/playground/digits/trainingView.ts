import { byId, setText } from "../shared/dom.js";
import { EngineText } from "../shared/engineLine.js";
import { LossChart } from "../shared/lossChart.js";
import { grouped, showNumber, significant } from "../shared/showNumber.js";
import { paintGrid } from "./canvas.js";
import type { FromWorker, Progress, Showcase } from "./digitsMessages.js";
import type { DigitsSettings } from "./digitsSettings.js";

const SHOWN_ABREAST = 10;

/** Progress of training in numbers, curves and pictures. */
export class TrainingView {
  readonly #engine = new EngineText(byId("engine", HTMLElement));
  readonly #loss = new LossChart(byId("loss-chart", HTMLCanvasElement), {
    title: "Loss",
    unit: "loss",
    curves: {
      training: { label: "training", colour: "curve" },
      validation: { label: "validation", colour: "rebuilt" },
    },
  });
  #lossIsStale = true;
  #showcase: Showcase | undefined;

  /** Scale of the loss axis. */
  set scale(scale: DigitsSettings["scale"]) {
    this.#loss.scale = scale;
    this.#lossIsStale = true;
  }

  begin({ layers, parameters, variational, engine, name }: FromWorker & { kind: "model" }): void {
    this.#loss.clear();
    this.#loss.unit = variational ? "cross-entropy per picture + KL divergence" : "loss";
    this.#lossIsStale = true;
    for (const id of ["epoch", "loss", "val-loss", "mean-error"]) showNumber(id, undefined, String);
    const from = name === undefined ? "" : `${name}: `;
    setText(byId("model", HTMLElement), `${from}${layers}; ${grouped(parameters)} parameters`);
    this.#engine.show(engine);
  }

  update({ epoch, part, loss, points, engine, samplesPerSecond }: Progress): void {
    for (const { epoch, loss, valLoss } of points) {
      this.#loss.push("training", epoch, loss);
      this.#loss.push("validation", epoch, valLoss);
    }
    this.#lossIsStale ||= points.length > 0;
    showNumber("epoch", epoch + part, (value) => (part > 0 ? value.toFixed(1) : grouped(value)));
    showNumber("loss", loss, significant);
    const last = points.at(-1);
    if (last) showNumber("val-loss", last.valLoss, significant);
    this.#engine.show(engine, samplesPerSecond);
  }

  set showcase(showcase: Showcase) {
    this.#showcase = showcase;
    const rows = showcase.corrupted
      ? "Top: original. Middle: noisy input. Bottom: reconstruction."
      : "Top: original. Bottom: reconstruction.";
    setText(byId("showcase-rows", HTMLElement), rows);
  }

  drawLoss(): void {
    if (!this.#lossIsStale) return;
    this.#lossIsStale = false;
    this.#loss.draw();
  }

  drawShowcase(): void {
    if (!this.#showcase) return;
    const { originals, corrupted, reconstructions } = this.#showcase;
    this.#showcase = undefined;
    const rows = corrupted ? [originals, corrupted, reconstructions] : [originals, reconstructions];
    paintGrid(byId("showcase", HTMLCanvasElement), rows, SHOWN_ABREAST);
  }
}
