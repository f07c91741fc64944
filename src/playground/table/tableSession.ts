import type { DetectionTable } from "../../anomaly/detectionTable.js";
import { type TableTraining, tableMetadata } from "../../anomaly/learntTable.js";
import { openTableDetector } from "../../anomaly/tableDetector.js";
import { printable } from "../../common/printable.js";
import type { Table } from "../../data/index.js";
import { inPath } from "../../files/inPath.js";
import { decodeSafetensors, detectAnomalies, Engine, type EnsembleDetector } from "../../index.js";
import type { Send } from "../shared/channel.js";
import { engineReport } from "../shared/engineLine.js";
import { showTrace } from "../shared/lastSteps.js";
import { detectionOptions, ruleText } from "./detectionSettings.js";
import { exampleTable } from "./exampleTable.js";
import { openTable } from "./openTable.js";
import { type OpenDetector, tableSamples } from "./openTableSamples.js";
import type { ColumnChoices, FromWorker, Phase, ToWorker } from "./tableMessages.js";
import { type OpenTable, openedTable, tableReport } from "./tableReport.js";
import { TableScores } from "./tableScores.js";
import type { TrainingSettings } from "./tableSettings.js";

/** Requests that change nothing. */
const LOOKS: readonly ToWorker["kind"][] = ["look", "saveTable", "saveDetector"];

/** A table that has been scored, and by what. */
interface Result {
  readonly input: DetectionTable;
  readonly detector: EnsembleDetector;
  readonly training: TableTraining | undefined;
  readonly scores: TableScores;
  readonly seconds: number;
}

/** Everything in the worker: a table, a detector, and the scores of one by the other. */
export class TableSession {
  readonly #send: Send<FromWorker>;
  #engine: Promise<Engine> | undefined;
  #open: OpenTable | undefined;
  #saved: OpenDetector | undefined;
  #result: Result | undefined;
  #training: AbortController | undefined;
  #queue: Promise<void> = Promise.resolve();

  constructor(send: Send<FromWorker>) {
    this.#send = send;
  }

  /** Handles a request of the page. Requests run one after the other; those that change something end a training. */
  handle(message: ToWorker): Promise<void> {
    if (!LOOKS.includes(message.kind)) this.#training?.abort();
    const abort = new AbortController();
    if (message.kind === "train") this.#training = abort;
    const done = this.#queue.then(() => this.#handle(message, abort.signal));
    this.#queue = done.catch(() => {});
    return done;
  }

  async #handle(message: ToWorker, signal: AbortSignal): Promise<void> {
    switch (message.kind) {
      case "open":
        return this.#take(message.name, message.bytes);
      case "example":
        return this.#takeExample(message.seed);
      case "choose":
        return this.#choose(message.choices);
      case "train":
        return this.#train(message.settings, signal);
      case "stop":
        return;
      case "forget":
        return this.#forget();
      case "look":
        return this.#look(message.threshold, message.count);
      case "saveTable":
        return this.#saveTable(message.threshold);
      case "saveDetector":
        return this.#saveDetector(message.threshold);
    }
  }

  async #take(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#phase("preparing", `Reading ${printable(name)}…`);
    await this.#orAsBefore(async () => {
      const opened = await openTable(printable(name), bytes);
      if (opened.kind === "detector") await this.#takeDetector(printable(name), opened.bytes);
      else await this.#takeTable(printable(name), opened.table);
    });
  }

  async #takeExample(seed: number): Promise<void> {
    this.#phase("preparing", "Making the example…");
    await this.#orAsBefore(async () => {
      const csv = new TextEncoder().encode(exampleTable(seed));
      const opened = await openTable("the example", csv);
      if (opened.kind === "table") await this.#takeTable(`Built-in example, seed ${seed}`, opened.table);
    });
  }

  /** When `work` fails, what was open before stays open. */
  async #orAsBefore(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#rest();
      throw error;
    }
  }

  async #takeTable(title: string, table: Table): Promise<void> {
    const open = openedTable(title, table);
    // What cannot be prepared is refused before anything changes.
    const input = tableSamples(open, this.#saved);
    await this.#drop();
    this.#open = open;
    this.#report(input);
    if (this.#saved) await this.#scoreWith(this.#saved, input);
    else this.#rest();
  }

  async #takeDetector(name: string, bytes: Uint8Array): Promise<void> {
    const engine = await this.#sharedEngine();
    const saved = {
      name,
      ...(await inPath(name, () => openTableDetector(decodeSafetensors(bytes), { engine }))),
    };
    await this.#drop();
    await this.#saved?.detector.dispose();
    this.#saved = saved;
    if (!this.#open) return this.#rest();
    try {
      const input = tableSamples(this.#open, this.#saved);
      this.#report(input);
      await this.#scoreWith(saved, input);
    } catch (error) {
      // The detector is for another table, which the visitor can open now.
      this.#open = undefined;
      throw error;
    }
  }

  async #forget(): Promise<void> {
    await this.#drop();
    await this.#saved?.detector.dispose();
    this.#saved = undefined;
    if (this.#open) this.#report(tableSamples(this.#open, this.#saved));
    this.#rest();
  }

  async #choose(choices: ColumnChoices): Promise<void> {
    const open = this.#open;
    if (!open || this.#saved) return;
    try {
      const chosen = { ...open, choices };
      const input = tableSamples(chosen, undefined);
      this.#open = chosen;
      await this.#drop();
      this.#report(input);
    } catch (error) {
      this.#report(tableSamples(open, undefined));
      throw error;
    } finally {
      this.#rest();
    }
  }

  async #train(settings: TrainingSettings, signal: AbortSignal): Promise<void> {
    const open = this.#open;
    if (!open || this.#saved || signal.aborted) return;
    this.#phase("training", "Training…");
    try {
      const began = performance.now();
      const input = tableSamples(open, undefined, settings);
      const engine = await this.#sharedEngine();
      const { scores, threshold, detector, history } = await detectAnomalies(input.samples, {
        ...detectionOptions(input, settings),
        engine,
        signal,
        onProgress: (progress) => this.#send({ kind: "progress", ...progress }),
      });
      await this.#drop();
      // Windows have made other things of the columns.
      this.#report(input);
      const training = { seed: settings.seed, loss: history.loss };
      const rule = ruleText(settings);
      this.#tell(input, { detector, training }, scores, { threshold, rule, began, engine });
    } catch (error) {
      this.#rest();
      if (!signal.aborted) throw error;
    }
  }

  async #scoreWith({ name, detector, training }: OpenDetector, input: DetectionTable): Promise<void> {
    const began = performance.now();
    const engine = await this.#sharedEngine();
    const scores = await detector.score(input.samples);
    const { threshold } = detector;
    this.#tell(input, { detector, training }, scores, { threshold, rule: `of ${name}`, began, engine });
  }

  #tell(
    input: DetectionTable,
    { detector, training }: Pick<Result, "detector" | "training">,
    samples: Float32Array,
    { threshold, rule, began, engine }: { threshold: number; rule: string; began: number; engine: Engine },
  ): void {
    const scores = new TableScores(detector, input, samples);
    const seconds = (performance.now() - began) / 1000;
    this.#result = { input, detector, training, scores, seconds };
    const evaluation = scores.evaluation();
    const { labels, window } = input;
    this.#send({
      kind: "scored",
      scored: {
        scores: scores.scores,
        deciding: scores.deciding,
        ...(labels && { labels }),
        ...(evaluation && { evaluation }),
        threshold,
        rule,
        ...(window && { window: window.size }),
        engine: engineReport(engine.info),
      },
    });
    this.#rest();
  }

  /** Forgets the scores, and the detector unless it came from a file. */
  async #drop(): Promise<void> {
    const { detector } = this.#result ?? {};
    this.#result = undefined;
    if (detector !== this.#saved?.detector) await detector?.dispose();
  }

  #report(input: DetectionTable): void {
    this.#send({ kind: "table", report: tableReport(this.#open!, input, this.#saved?.name) });
  }

  async #look(threshold: number, count: number): Promise<void> {
    if (!this.#result) return;
    const finds = await this.#result.scores.finds(threshold, count);
    this.#send({ kind: "finds", finds, count });
  }

  async #saveTable(threshold: number): Promise<void> {
    if (!this.#result) return;
    const bytes = await this.#result.scores.toCsv(threshold);
    this.#send({ kind: "file", name: "flagged.csv", bytes }, [bytes.buffer]);
  }

  async #saveDetector(threshold: number): Promise<void> {
    if (!this.#result) return;
    const { detector, training, input } = this.#result;
    if (threshold !== detector.threshold) detector.threshold = threshold;
    const bytes = new Uint8Array(detector.toSafetensors({ metadata: tableMetadata({ ...input, training }) }));
    this.#send({ kind: "file", name: "detector.safetensors", bytes }, [bytes.buffer]);
  }

  /** Says what can be done now. */
  #rest(): void {
    const { name } = this.#saved ?? {};
    if (this.#result) {
      const done = name === undefined ? "Trained and scored" : `Scored with ${name}`;
      this.#phase("scored", `${done} in ${this.#result.seconds.toFixed(2)} s.`);
    } else if (this.#open) this.#phase("ready", "Ready to train.");
    else if (name !== undefined) this.#phase("empty", `Loaded ${name}. Open a table to score it.`);
    else this.#phase("empty", "Open a table, or try the built-in example.");
  }

  #phase(phase: Phase, text: string): void {
    this.#send({ kind: "phase", phase, text });
  }

  /** With portable arithmetic, so that the same rows are flagged on every machine. */
  #sharedEngine(): Promise<Engine> {
    this.#engine ??= Engine.create({ math: "portable" }).then((engine) => {
      showTrace(engine);
      return engine;
    });
    return this.#engine;
  }
}
