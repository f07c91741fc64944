import { Autoencoder, Engine } from "../../index.js";
import { errorText, type Send } from "../shared/channel.js";
import { engineReport } from "../shared/engineLine.js";
import { showTrace } from "../shared/lastSteps.js";
import { fitDetector } from "./analysis.js";
import type { FromWorker, Phase, ToWorker } from "./digitsMessages.js";
import { type Pace, Run } from "./digitsRun.js";
import { type ModelSettings, sameModel } from "./digitsSettings.js";
import { Display, type VisitorInput } from "./display.js";
import { describeModel, layersText, settingsOf } from "./modelDescription.js";
import { modelOfWeights, openFile } from "./openFile.js";
import { type PictureSet, previewDigits } from "./pictureSet.js";
import { PictureSource } from "./pictureSource.js";
import { PIXELS, pick, toUnit } from "./pictures.js";

/** Minimum time between two snapshots during training, in ms. */
const SNAPSHOT_INTERVAL = 120;
/** Minimum time between two analyses of the held-out pictures during training, in ms. */
const ANALYSIS_INTERVAL = 1500;

/** The model in use, with its data, training and display. */
interface Subject {
  readonly model: Autoencoder;
  readonly set: PictureSet;
  readonly run: Run;
  readonly display: Display;
  readonly settings: ModelSettings;
  /** Name of the file that the model came from, if it is not one of the settings. */
  readonly name: string | undefined;
}

function epochsText(epochs: number): string {
  return `${epochs} ${epochs === 1 ? "epoch" : "epochs"}`;
}

/** Everything in the worker: the data, a model and its training. */
export class Session {
  readonly #send: Send<FromWorker>;
  readonly #pace: Pace = { wait: 0 };
  readonly #input: VisitorInput = { drawing: undefined, mixOdd: false };
  #engine: Promise<Engine> | undefined;
  #settings: ModelSettings | undefined;
  readonly #source = new PictureSource((text) => this.#phase("preparing", text));
  /** Of the pictures that the page was told of last. */
  #title: string | undefined;
  #subject: Subject | undefined;
  /**
   * What the last change of a setting has replaced, as it was: with its weights, and what its optimizer knows. In memory it
   * costs what a model costs that is trained, some 16 bytes a weight.
   */
  #before: Subject | undefined;
  #queue: Promise<void> = Promise.resolve();
  #samples = 0;
  #snapshotAt = 0;
  #drawn = true;
  /** Work that waits for a moment between two steps. */
  #betweenSteps: (() => void)[] = [];

  constructor(send: Send<FromWorker>) {
    this.#send = send;
  }

  /** Handles a request of the page. Messages of errors are shown to the visitor. */
  async handle(message: ToWorker): Promise<void> {
    const { display } = this.#subject ?? {};
    switch (message.kind) {
      case "configure":
        return this.#configure(message.settings, message.undone === true);
      case "open":
        return this.#open(message.name, message.bytes);
      case "builtIn":
        this.#source.file = undefined;
        return this.#alone(() => this.#prepare(this.#subject?.name === undefined));
      case "trained":
        return this.#showTrained(message);
      case "train":
        return this.#go(message.epochs, false);
      case "step":
        return this.#go(1, true);
      case "pause":
        return this.#pause();
      case "pace":
        this.#pace.wait = message.wait;
        return;
      case "reset":
        return this.#alone(() => this.#prepare(true));
      case "decode":
        // The page sent this before it knew that the new model has another code.
        if (message.code.length !== this.#subject?.model.latentSize) return;
        return display?.decode(message.code);
      case "draw":
        this.#input.drawing = message.drawing;
        return display?.examine();
      case "erase":
        this.#input.drawing = undefined;
        return display?.examine();
      case "sample":
        return this.#sendSample();
      case "odd":
        this.#input.mixOdd = message.mixed;
        return display?.analyse();
      case "save":
        return this.#save();
      case "drawn":
        this.#drawn = true;
    }
  }

  async #configure(settings: ModelSettings, undone: boolean): Promise<void> {
    // Invalid settings are refused before the current run ends.
    describeModel(settings);
    this.#settings = settings;
    await this.#alone(async () => {
      // If several changes arrived during the one before, only the last one counts.
      if (this.#settings !== settings) return;
      const before = this.#before;
      if (undone && before && sameModel(before.settings, settings)) await this.#goBack(before);
      else await this.#prepare(true, true);
    });
  }

  async #open(name: string, bytes: Uint8Array): Promise<void> {
    const opened = await openFile(name, bytes, await this.#sharedEngine());
    await this.#alone(async () => {
      if (opened.kind === "model") return this.#use(opened.model, this.#pictures(), name);
      this.#source.file = { name, pictures: opened.pictures };
      await this.#prepare(this.#subject?.name === undefined);
    });
  }

  async #showTrained({ settings, trained, name, bytes }: ToWorker & { kind: "trained" }): Promise<void> {
    this.#settings = settings;
    const model = await modelOfWeights(trained, bytes, await this.#sharedEngine());
    await this.#alone(async () => {
      if (this.#settings !== settings) return model.dispose();
      const set = previewDigits();
      this.#tellData(set);
      await this.#use(model, set, name);
    });
  }

  /** Prepares the data and, if `anew`, a new model; keeps the one before if `keep`. */
  async #prepare(anew: boolean, keep = false): Promise<void> {
    const set = this.#pictures();
    const { model } = this.#subject ?? {};
    if (!anew && model) return this.#use(model, set);
    const engine = await this.#sharedEngine();
    const next = await Autoencoder.create({ ...describeModel(this.#settings!), engine });
    if (keep) await this.#keep();
    await this.#use(next, set);
  }

  /** Keeps the current model, in case that the change that replaces it is taken back. */
  async #keep(): Promise<void> {
    const subject = this.#subject;
    if (!subject?.display.trained) return;
    await this.#before?.model.dispose();
    this.#before = subject;
  }

  /** Returns to what the last change has replaced. */
  async #goBack(before: Subject): Promise<void> {
    const { model, set, run, name } = before;
    this.#tellData(set);
    run.returnPoints();
    await this.#use(model, set, name, before);
    this.#before = undefined;
    this.#phase("ready", `Back to the model before the change, after ${epochsText(run.epoch)}.`);
  }

  #pictures(): PictureSet {
    const set = this.#source.take(this.#settings!);
    this.#tellData(set);
    return set;
  }

  #tellData(set: PictureSet): void {
    if (set.title === this.#title) return;
    this.#title = set.title;
    this.#send({ kind: "data", title: set.title, builtIn: !this.#source.file });
  }

  /**
   * Makes a model and pictures the current ones.
   *
   * @param name of the file that a new model came from
   * @param again what the model has come from, if it was kept
   */
  async #use(model: Autoencoder, set: PictureSet, name?: string, again?: Subject): Promise<void> {
    const before = this.#subject;
    before?.display.close();
    const same = before?.model === model;
    const how = { batchSize: this.#settings!.batch, pace: this.#pace };
    const listener = { onStep: () => this.#onStep(), onEpoch: () => this.#onEpoch() };
    const run = again?.run ?? new Run(model, set, how, listener);
    // Other pictures do not make a model untrained.
    const trained = name !== undefined || (same && before.display.trained);
    const display = new Display(model, set, run, this.#input, this.#send, trained);
    const from = same ? before.name : name;
    this.#subject = { model, set, run, display, settings: this.#settings!, name: from };
    if (!same && before !== this.#before) await before?.model.dispose();
    this.#send({
      kind: "model",
      layers: layersText(model.description),
      latentSize: model.latentSize,
      parameters: model.parameterCount,
      variational: model.description.latent !== undefined,
      convolutional: display.convolutional,
      engine: engineReport(model.engine),
      ...(from !== undefined && { name: from, loaded: settingsOf(model) }),
    });
    await display.refresh(true);
    this.#phase("ready", name === undefined ? "Ready to train." : `Loaded ${name}.`);
  }

  /** Starts training, or continues after a pause. */
  async #go(epochs: number, single: boolean): Promise<void> {
    await this.#queue;
    if (this.#subject?.set.preview) await this.#alone(() => this.#prepare(false));
    const subject = this.#subject;
    if (!subject) return;
    const { run, display } = subject;
    if (run.training && !run.paused) return;
    this.#phase("training", "Training…");
    if (run.training) return run.resume(single);
    let failure: string | undefined;
    try {
      if (!(await run.train(epochs))) return;
    } catch (error) {
      failure = errorText(error);
    }
    this.#flush();
    await display.refresh(true);
    if (subject !== this.#subject) return;
    if (failure) this.#send({ kind: "error", message: failure });
    this.#phase("finished", `Trained for ${epochsText(run.epoch)}.`);
  }

  async #pause(): Promise<void> {
    const subject = this.#subject;
    if (!subject?.run.training || subject.run.paused) return;
    subject.run.pause();
    await this.#showPaused(subject);
  }

  async #showPaused(subject: Subject): Promise<void> {
    await subject.display.refresh(true);
    if (subject !== this.#subject || !subject.run.paused) return;
    // The predictions ran after the current step, so training is between two steps now.
    this.#flush();
    this.#phase("paused", "Paused.");
  }

  #onStep(): void {
    this.#flush();
    const now = performance.now();
    // In slow motion, each step is shown.
    const interval = this.#pace.wait < SNAPSHOT_INTERVAL ? SNAPSHOT_INTERVAL : 0;
    if (!this.#drawn || now - this.#snapshotAt < interval) return;
    this.#drawn = false;
    this.#snapshotAt = now;
    // Training continues in the meantime.
    this.#subject!.display.refresh(false).catch((error) =>
      this.#send({ kind: "error", message: errorText(error) }),
    );
  }

  async #onEpoch(): Promise<void> {
    const subject = this.#subject!;
    if (subject.run.paused) return this.#showPaused(subject);
    const { display } = subject;
    if (performance.now() - display.analysedAt >= ANALYSIS_INTERVAL) await display.analyse();
  }

  #sendSample(): void {
    if (!this.#subject) return;
    const { heldOut } = this.#subject.set;
    const row = this.#samples++ % (heldOut.length / PIXELS);
    this.#send({ kind: "sample", pixels: toUnit(pick(heldOut, [row])) });
  }

  /** Sends the model with its current threshold as a file. */
  async #save(): Promise<void> {
    const subject = this.#subject;
    if (!subject) return;
    const { model, set, run } = subject;
    const detector = await fitDetector(model, set);
    const save = () => this.#send({ kind: "saved", bytes: new Uint8Array(detector.toSafetensors()) });
    if (run.training && !run.paused) this.#betweenSteps.push(save);
    else save();
  }

  #flush(): void {
    for (const work of this.#betweenSteps.splice(0)) work();
  }

  /** Ends training, then runs work with nothing else running. */
  async #alone(work: () => Promise<void>): Promise<void> {
    const before = this.#queue;
    let release = () => {};
    this.#queue = new Promise((resolve) => {
      release = resolve;
    });
    await before;
    try {
      await this.#subject?.run.end();
      // Work that was waiting for the next step runs now.
      this.#flush();
      await work();
    } finally {
      release();
    }
  }

  #phase(phase: Phase, text: string): void {
    this.#send({ kind: "phase", phase, text });
  }

  #sharedEngine(): Promise<Engine> {
    this.#engine ??= Engine.create().then((engine) => {
      showTrace(engine);
      return engine;
    });
    return this.#engine;
  }
}
