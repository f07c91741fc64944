import { byId, setText } from "../shared/dom.js";
import { EngineText } from "../shared/engineLine.js";
import { LossChart } from "../shared/lossChart.js";
import { Painter } from "../shared/painter.js";
import { grouped, showNumber, significant } from "../shared/showNumber.js";
import { type PlainLayer, Plane, type ShadedLayer } from "./plane.js";
import type { Begun, Snapshot } from "./spiralMessages.js";

const NOTHING = new Float32Array();

const plain = (kind: "dots" | "line", label: string, colour: string): PlainLayer => ({
  kind,
  label,
  colour,
  points: NOTHING,
});

/** The numbers and the pictures of a run. */
export class View {
  readonly #engine = new EngineText(byId("engine", HTMLElement));
  readonly #loss = new LossChart(byId("loss-chart", HTMLCanvasElement), {
    title: "Loss",
    unit: "mean squared error (scaled units)",
    curves: {
      training: { label: "training", colour: "curve" },
      heldOut: { label: "held out", colour: "rebuilt", optional: true },
    },
  });
  readonly #rebuilt = new Plane(byId("rebuilt-chart", HTMLCanvasElement), "Original and reconstruction", {
    fixed: plain("dots", "original", "original"),
    moving: plain("dots", "reconstruction", "rebuilt"),
  });
  readonly #curve = new Plane(byId("curve-chart", HTMLCanvasElement), "The decoder's curve over the data", {
    fixed: plain("dots", "data", "original"),
    moving: plain("line", "decoded, smallest to largest code", "curve"),
  });
  readonly #codes = new Plane(byId("code-chart", HTMLCanvasElement), "Points coloured by code", {
    moving: {
      kind: "shaded",
      label: "data, coloured by code",
      points: NOTHING,
      values: NOTHING,
    } as ShadedLayer,
  });
  #heldOut: Float32Array | undefined;
  readonly #planes = [this.#rebuilt, this.#curve, this.#codes];
  readonly #painter: Painter;
  /** Planes whose fixed layer has changed with a new run. */
  #stale = new Set<unknown>();

  /** @param drawn called after a snapshot, or the beginning of a run, has been drawn */
  constructor(drawn: () => void) {
    const planes = this.#planes.map((plane) => () => {
      if (this.#stale.delete(plane)) plane.drawAll();
      else plane.draw();
    });
    this.#painter = new Painter([() => this.#loss.draw(), ...planes], drawn);
  }

  begin({ points, heldOut, widths, parameters, engine }: Begun): void {
    this.#loss.clear();
    this.#heldOut = heldOut;
    byId("held-out-number", HTMLElement).hidden = !heldOut;
    showNumber("held-out-loss", undefined, significant);
    for (const layer of [this.#rebuilt.fixed!, this.#codes.moving]) layer.points = points;
    // The curve is judged by points that it was not made for, if there are any.
    this.#curve.fixed!.points = heldOut ?? points;
    this.#curve.rename("fixed", heldOut ? "held-out data" : "data");
    for (const { moving } of [this.#rebuilt, this.#curve]) moving.points = NOTHING;
    this.#codes.moving.values = NOTHING;
    this.#stale = new Set(this.#planes);
    showNumber("epoch", 0, String);
    for (const id of ["loss", "mse", "correlation", "least", "most"]) showNumber(id, undefined, String);
    setText(byId("layers", HTMLElement), `${widths.join(" → ")}, ${grouped(parameters)} parameters`);
    this.#engine.show(engine);
    this.#painter.request();
  }

  update(snapshot: Snapshot): void {
    const { epoch, losses, reconstructions, codes, curve, mse, correlation } = snapshot;
    const { heldOutLosses } = snapshot;
    losses.forEach((loss, index) => {
      this.#loss.push("training", epoch - losses.length + 1 + index, loss);
    });
    heldOutLosses.forEach((loss, index) => {
      this.#loss.push("heldOut", epoch - heldOutLosses.length + 1 + index, loss);
    });
    if (this.#heldOut && heldOutLosses.length > 0)
      showNumber("held-out-loss", heldOutLosses.at(-1), significant);
    this.#rebuilt.moving.points = reconstructions;
    this.#curve.moving.points = curve;
    this.#codes.moving.values = codes;
    showNumber("epoch", epoch, grouped);
    if (losses.length > 0) showNumber("loss", losses.at(-1), significant);
    showNumber("mse", mse, significant);
    showNumber("correlation", correlation, (value) => value.toFixed(4));
    showNumber("least", least(codes), significant);
    showNumber("most", -least(codes.map((code) => -code)), significant);
    this.#engine.show(snapshot.engine, snapshot.samplesPerSecond);
    this.#painter.request();
  }
}

function least(values: Float32Array): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}
