import { Chart, type Scale } from "chart.js";
import { commonOptions, onColoursChange } from "../shared/charts.js";
import { ramp } from "../shared/ramp.js";
import { isDark, themeColour } from "../shared/theme.js";
import { drawDots, drawLine, drawShaded, type Surface } from "./layers.js";

const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1];

/** How many colours codes are told apart by. */
const SHADES = 24;

/** Something on the plane; `points` are x₁, x₂ of each. */
export type Layer = { readonly label: string; points: Float32Array } & (
  | { readonly kind: "dots"; readonly colour: string }
  | { readonly kind: "line"; readonly colour: string }
  /** Dots that are coloured by `values`, from the least to the greatest. */
  | { readonly kind: "shaded"; values: Float32Array }
);

/** How a layer is shown in the legend. */
function legendOf(layer: Layer) {
  const colour = layer.kind === "shaded" ? ramp(3, isDark())[1]! : themeColour(layer.colour);
  const pointStyle = layer.kind === "line" ? ("line" as const) : ("circle" as const);
  return { label: layer.label, data: [], pointStyle, backgroundColor: colour, borderColor: colour };
}

/**
 * The square in which the points lie, with layers on it. Chart.js draws axes and legend; the layers are drawn as they
 * come from the worker, since thousands of points of its own, some twenty times a second, would hold the page up.
 */
export class Plane {
  readonly layers: readonly Layer[];
  readonly #chart: Chart<"scatter">;

  constructor(canvas: HTMLCanvasElement, title: string, layers: readonly Layer[]) {
    this.layers = layers;
    const axis = (text: string) => ({
      type: "linear" as const,
      min: -0.1,
      max: 1.1,
      title: { display: true, text },
      afterBuildTicks: (scale: Scale) => {
        scale.ticks = TICKS.map((value) => ({ value }));
      },
    });
    this.#chart = new Chart<"scatter">(canvas, {
      type: "scatter",
      data: { datasets: layers.map(legendOf) },
      options: {
        ...commonOptions(title),
        scales: { x: axis("x₁ (scaled to 0…1)"), y: axis("x₂ (scaled to 0…1)") },
      },
      plugins: [{ id: "layers", beforeDatasetsDraw: (chart) => this.#drawLayers(chart) }],
    });
    onColoursChange(() => {
      this.#chart.data.datasets = layers.map(legendOf);
      this.#chart.update("none");
    });
  }

  draw(): void {
    this.#chart.draw();
  }

  #drawLayers({ ctx: context, chartArea, scales }: Chart): void {
    const { left, top, width, height } = chartArea;
    const axis = (name: string) => {
      const scale = scales[name]!;
      return { zero: scale.getPixelForValue(0), one: scale.getPixelForValue(1) };
    };
    const surface = { context, x: axis("x"), y: axis("y") };
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    for (const layer of this.layers) drawLayer(surface, layer);
    context.restore();
  }
}

function drawLayer(surface: Surface, layer: Layer): void {
  const { points } = layer;
  if (layer.kind === "line") drawLine(surface, points, themeColour(layer.colour));
  else if (layer.kind === "dots") drawDots(surface, points, themeColour(layer.colour));
  else if (layer.values.length * 2 === points.length)
    drawShaded(surface, points, layer.values, ramp(SHADES, isDark()));
}
