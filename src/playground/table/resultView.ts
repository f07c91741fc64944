import { byId, setText } from "../shared/dom.js";
import { engineLine } from "../shared/engineLine.js";
import { grouped, showNumber, significant } from "../shared/showNumber.js";
import { FindsView, SHOWN } from "./findsView.js";
import { Flagger, type Flagging } from "./flagging.js";
import { OverTime } from "./overTime.js";
import { ScoreChart } from "./scoreChart.js";
import type { Find, Scored } from "./tableMessages.js";
import { verdictText } from "./verdictText.js";

/** What the scores need of the page. */
interface ResultEvents {
  /** Asks for the oddest rows at a threshold. */
  look(threshold: number, count: number): void;
}

/** The scores of a table: verdict, numbers, charts and the oddest rows. */
export class ResultView {
  readonly #events: ResultEvents;
  readonly #chart = new ScoreChart(byId("scores", HTMLCanvasElement), (threshold) => this.#move(threshold));
  readonly #overTime = new OverTime(byId("over-time", HTMLCanvasElement));
  readonly #finds = new FindsView();
  readonly #field = byId("threshold", HTMLInputElement);
  #scored: Scored | undefined;
  #flagger: Flagger | undefined;
  #threshold = 0;
  #count = SHOWN;
  /** Whether the worker is looking, and whether it has to look again. */
  #looking = false;
  #stale = false;

  constructor(events: ResultEvents) {
    this.#events = events;
    this.#field.addEventListener("change", () => {
      const threshold = this.#field.value.trim() === "" ? Number.NaN : Number(this.#field.value);
      this.#move(threshold >= 0 ? threshold : this.#threshold);
    });
    byId("more", HTMLButtonElement).addEventListener("click", () => {
      this.#count += SHOWN;
      this.#look();
    });
  }

  get threshold(): number {
    return this.#threshold;
  }

  set scored(scored: Scored) {
    this.#scored = scored;
    this.#flagger = new Flagger(scored);
    this.#count = SHOWN;
    this.#looking = false;
    const { evaluation, window, engine } = scored;
    showNumber("roc-auc", evaluation?.rocAuc, (value) => value.toFixed(3));
    showNumber("average-precision", evaluation?.averagePrecision, (value) => value.toFixed(3));
    document.querySelectorAll<HTMLElement>(".labelled").forEach((element) => {
      element.hidden = !evaluation;
    });
    for (const id of ["result-card", "scores-card", "finds-card"]) byId(id, HTMLElement).hidden = false;
    byId("series-card", HTMLElement).hidden = window === undefined;
    setText(byId("finds-title", HTMLElement), window ? "The oddest stretches" : "The oddest rows");
    setText(byId("engine", HTMLElement), engineLine(engine));
    this.#chart.show(scored, this.#flagger.range);
    this.#overTime.show(scored);
    this.#finds.show([], false);
    this.#move(scored.threshold);
    this.#look();
  }

  set finds({ finds, count }: { finds: readonly Find[]; count: number }) {
    this.#looking = false;
    if (!this.#scored) return;
    this.#finds.show(finds, finds.length === count && count < this.#scored.scores.length);
    this.#tell();
    if (this.#stale) this.#look();
  }

  /** Hides the scores, which are of something else. */
  hide(): void {
    this.#scored = undefined;
    for (const id of ["result-card", "scores-card", "series-card", "finds-card"])
      byId(id, HTMLElement).hidden = true;
  }

  #move(threshold: number): void {
    if (!this.#scored) return;
    const moved = threshold !== this.#threshold;
    this.#threshold = threshold;
    this.#chart.threshold = threshold;
    this.#overTime.threshold = threshold;
    this.#field.value = String(Number(threshold.toPrecision(4)));
    this.#finds.mark(threshold, this.#scored.deciding, this.#scored.labels);
    this.#tell();
    // The oddest rows are the same at any threshold; the stretches of a series are not.
    if (moved && this.#scored.window !== undefined) this.#look();
  }

  /** One look at a time; the last threshold is looked at in any case. */
  #look(): void {
    this.#stale = this.#looking;
    if (this.#looking) return;
    this.#looking = true;
    this.#events.look(this.#threshold, this.#count);
  }

  #tell(): void {
    const flagging = this.#flagger!.at(this.#threshold);
    const { flagged, rows, labelled } = flagging;
    showNumber("flagged", flagged, (value) => `${grouped(value)} of ${grouped(rows)}`);
    showNumber("threshold-value", this.#threshold, significant);
    const { threshold, rule } = this.#scored!;
    setText(byId("threshold-rule", HTMLElement), this.#threshold === threshold ? rule : "chosen by you");
    showNumber("precision", labelled?.precision, (value) => value.toFixed(3));
    showNumber("recall", labelled?.recall, (value) => value.toFixed(3));
    setText(byId("verdict", HTMLElement), verdictText(flagging, this.#finds.first));
    this.#chart.text = chartText(flagging);
  }
}

function chartText({ threshold, flagged, rows }: Flagging): string {
  return `${significant(threshold)}: ${grouped(flagged)} of ${grouped(rows)} rows are flagged`;
}
