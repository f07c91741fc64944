import { byId, setText } from "../shared/dom.js";
import { engineLine } from "../shared/engineLine.js";
import { LossChart } from "../shared/lossChart.js";
import { Painter } from "../shared/painter.js";
import type { Begun, Snapshot } from "./messages.js";
import { type Layer, Plane } from "./plane.js";

const NOTHING = new Float32Array();

const dots = (label: string, colour: string): Layer => ({ kind: "dots", label, colour, points: NOTHING });

/** A number as text, and as it is for programs. */
function show(id: string, value: number | undefined, text: (value: number) => string): void {
  const element = byId(id, HTMLDataElement);
  const known = value !== undefined && Number.isFinite(value);
  element.value = known ? String(value) : "";
  setText(element, known ? text(value) : "–");
}

const significant = (value: number) =>
  value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential(2) : value.toPrecision(3);

/** The numbers and the pictures of a run. */
export class View {
  readonly #loss = new LossChart(byId("loss-chart", HTMLCanvasElement), {
    title: "Loss",
    unit: "mean squared error (scaled units)",
    curves: { training: { label: "training", colour: "curve" } },
  });
  readonly #rebuilt = new Plane(byId("rebuilt-chart", HTMLCanvasElement), "Original and reconstruction", [
    dots("original", "original"),
    dots("reconstruction", "rebuilt"),
  ]);
  readonly #curve = new Plane(byId("curve-chart", HTMLCanvasElement), "The decoder's curve over the data", [
    dots("data", "original"),
    { kind: "line", label: "decoded, least to greatest code", colour: "curve", points: NOTHING },
  ]);
  readonly #codes = new Plane(byId("code-chart", HTMLCanvasElement), "Points coloured by code", [
    { kind: "shaded", label: "data, coloured by code", points: NOTHING, values: NOTHING },
  ]);
  readonly #painter: Painter;

  /** @param drawn called when a run's snapshot, or its beginning, is on the page */
  constructor(drawn: () => void) {
    const charts = [this.#loss, this.#rebuilt, this.#curve, this.#codes];
    this.#painter = new Painter(
      charts.map((chart) => () => chart.draw()),
      drawn,
    );
  }

  begin({ points, widths, parameters, engine }: Begun): void {
    this.#loss.clear();
    const [original, rebuilt] = this.#rebuilt.layers;
    const [data, curve] = this.#curve.layers;
    const [shaded] = this.#codes.layers;
    for (const layer of [original!, data!, shaded!]) layer.points = points;
    for (const layer of [rebuilt!, curve!]) layer.points = NOTHING;
    show("epoch", 0, String);
    for (const id of ["loss", "mse", "correlation", "least", "most"]) show(id, undefined, String);
    const count = new Intl.NumberFormat("en").format(parameters);
    setText(byId("layers", HTMLElement), `${widths.join(" → ")}, ${count} parameters`);
    setText(byId("engine", HTMLElement), engineLine(engine));
    this.#painter.request();
  }

  update(snapshot: Snapshot): void {
    const { epoch, losses, reconstructions, codes, curve, mse, correlation } = snapshot;
    losses.forEach((loss, index) => {
      this.#loss.push("training", epoch - losses.length + 1 + index, loss);
    });
    this.#rebuilt.layers[1]!.points = reconstructions;
    this.#curve.layers[1]!.points = curve;
    const [shaded] = this.#codes.layers;
    if (shaded?.kind === "shaded") shaded.values = codes;
    show("epoch", epoch, (value) => new Intl.NumberFormat("en").format(value));
    if (losses.length > 0) show("loss", losses.at(-1), significant);
    show("mse", mse, significant);
    show("correlation", correlation, (value) => value.toFixed(4));
    show("least", least(codes), significant);
    show("most", -least(codes.map((code) => -code)), significant);
    setText(byId("engine", HTMLElement), engineLine(snapshot.engine, snapshot.samplesPerSecond));
    this.#painter.request();
  }
}

function least(values: Float32Array): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}
