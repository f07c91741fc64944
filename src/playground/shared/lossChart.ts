import { Chart, type Tick } from "chart.js";
import { commonOptions, onColoursChange } from "./charts.js";
import { LossSeries } from "./lossSeries.js";
import { themeColour } from "./pageColours.js";

/** A curve of the chart: its label in the legend, and the name of its colour in style.css. */
export interface LossCurve {
  readonly label: string;
  readonly colour: string;
  /** Whether the legend leaves it out as long as it is empty. */
  readonly optional?: boolean;
}

/**
 * Labels of a logarithmic axis: powers of ten; also 2 and 5 times these if there is room; all digits if the axis is
 * shorter than one power of ten.
 */
function tickText(value: number | string, ticks: readonly Tick[]): string {
  const loss = Number(Number(value).toPrecision(3));
  const digits = Number(loss.toExponential().split("e")[0]);
  const decades = Math.log10(ticks.at(-1)!.value / ticks[0]!.value);
  const labelled = decades > 3 ? [1] : decades >= 1 ? [1, 2, 5] : [1, 2, 3, 4, 5, 6, 7, 8, 9];
  if (!labelled.includes(digits)) return "";
  return loss >= 1e-3 && loss < 1e4 ? String(loss) : loss.toExponential();
}

/** A chart of losses by epoch, on a logarithmic axis by default. */
export class LossChart<Name extends string> {
  readonly #chart: Chart<"line", { x: number; y: number }[]>;
  readonly #series: readonly LossSeries[];
  readonly #names: readonly Name[];
  readonly #colours: readonly string[];
  #linear = false;

  /** @param unit label of the loss axis */
  constructor(
    canvas: HTMLCanvasElement,
    { title, unit, curves }: { title: string; unit: string; curves: { readonly [name in Name]: LossCurve } },
  ) {
    this.#names = Object.keys(curves) as Name[];
    const all = this.#names.map((name) => curves[name]);
    this.#series = all.map(() => new LossSeries());
    this.#colours = all.map(({ colour }) => colour);
    this.#chart = new Chart(canvas, {
      type: "line",
      data: {
        datasets: all.map(({ label, colour }) => ({
          label,
          data: [],
          pointRadius: 0,
          pointStyle: "line",
          borderWidth: 2,
          borderColor: themeColour(colour),
        })),
      },
      options: {
        ...commonOptions(title),
        plugins: {
          ...commonOptions(title).plugins,
          legend: {
            ...commonOptions(title).plugins.legend,
            labels: {
              ...commonOptions(title).plugins.legend.labels,
              filter: ({ datasetIndex }) =>
                !all[datasetIndex!]!.optional || this.#series[datasetIndex!]!.points.length > 0,
            },
          },
        },
        scales: {
          x: {
            type: "linear",
            min: 0,
            suggestedMax: 10,
            title: { display: true, text: "epoch" },
            ticks: { precision: 0 },
          },
          y: {
            type: "logarithmic",
            title: { display: true, text: unit },
            ticks: {
              callback: (value, _index, ticks) =>
                this.#linear ? String(Number(Number(value).toPrecision(6))) : tickText(value, ticks),
              autoSkip: false,
            },
          },
        },
      },
    });
    onColoursChange(() => {
      this.#chart.data.datasets.forEach((dataset, index) => {
        dataset.borderColor = themeColour(this.#colours[index]!);
      });
      this.#chart.update("none");
    });
  }

  /** The type of the loss axis; takes effect when the chart is drawn next. */
  set scale(scale: "linear" | "log") {
    const axis = this.#chart.options.scales!.y!;
    this.#linear = scale === "linear";
    axis.type = this.#linear ? "linear" : "logarithmic";
  }

  /** Label of the loss axis. */
  set unit(unit: string) {
    const axis = this.#chart.options.scales!.y!;
    if ("title" in axis) axis.title = { display: true, text: unit };
  }

  /** Adds an epoch's loss without drawing it. Losses that have no logarithm are left out. */
  push(name: Name, epoch: number, loss: number): void {
    if (loss > 0) this.#series[this.#names.indexOf(name)]!.push(epoch, loss);
  }

  clear(): void {
    for (const series of this.#series) series.clear();
  }

  draw(): void {
    this.#series.forEach(({ points }, index) => {
      const dataset = this.#chart.data.datasets[index]!;
      dataset.data = points;
      // A line needs two points, so a single one is drawn as a dot.
      dataset.pointRadius = points.length === 1 ? 6 : 0;
    });
    this.#chart.update("none");
  }
}
