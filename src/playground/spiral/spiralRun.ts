import { type Autoencoder, type BatchLog, DivergedError, type EpochLog, type Matrix } from "../../index.js";
import { errorText, type Send } from "../shared/channel.js";
import { engineReport } from "../shared/engineLine.js";
import { Speedometer } from "../shared/speedometer.js";
import { anatomyOf, numbersOf } from "./anatomy.js";
import type { Points } from "./runPoints.js";
import { pictureOf } from "./snapshot.js";
import type { FromWorker, ModelNumber, Phase, Snapshot } from "./spiralMessages.js";

/** Minimum time between two snapshots, in ms. */
const SNAPSHOT_INTERVAL = 50;

/** A run has no end; it only pauses. */
const ENDLESS = Number.MAX_SAFE_INTEGER;

/** How the page follows runs; it stays from one run to the next. */
export interface Following {
  /** Time between two steps, in ms. */
  wait: number;
  /** What to tell about each unit, if anything. */
  watch?: { readonly side: number; readonly probe: readonly [number, number] };
}

/**
 * Trains a model on points of the plane. A run is one call of `fit`, which waits while the run is paused. So pausing does not change
 * the result.
 */
export class SpiralRun {
  readonly model: Autoencoder;
  readonly #data: Points;
  readonly #batchSize: number;
  readonly #send: Send<FromWorker>;
  readonly #following: Following;
  readonly #heldOut: Matrix | undefined;
  readonly #speed = new Speedometer();
  #training: Promise<void> | undefined;
  /** Undefined until the model has learnt its scaling. */
  #phase: Phase | undefined;
  #ended = false;
  #epoch = 0;
  /** Samples that the current epoch has trained on so far. */
  #samples = 0;
  #steps = 0;
  /** The epoch to pause after. */
  #stopAt = 0;
  /** The step to pause after. */
  #stopAtStep = ENDLESS;
  /** Until the next step, in slow motion. */
  #waiting: ReturnType<typeof setTimeout> | undefined;
  /** Training stops by itself every so many epochs. */
  #span: number;
  /** Losses of all epochs, and how many of them the page has. */
  readonly #losses: number[] = [];
  readonly #heldOutLosses: number[] = [];
  #told = 0;
  /** Whether the page shows another run. */
  #hidden = false;
  /** Whether to pause after the current step. */
  #pausing = false;
  /** What waits for the end of the current step. */
  #waitingWork: (() => void)[] = [];
  /** Whether the page has drawn the last snapshot. */
  #drawn = true;
  #lastSnapshot = Number.NEGATIVE_INFINITY;

  constructor(
    model: Autoencoder,
    data: Points,
    how: { batchSize: number; epochs: number; following: Following; heldOut?: Matrix | undefined },
    send: Send<FromWorker>,
  ) {
    this.model = model;
    this.#data = data;
    this.#batchSize = how.batchSize;
    this.#span = how.epochs;
    this.#following = how.following;
    this.#heldOut = how.heldOut;
    this.#send = send;
  }

  /** Gets ready to train and sends a first snapshot. After that, the model has learnt its scaling. */
  begin(): Promise<void> {
    return new Promise((fulfil) => {
      this.#training = this.#fit(() => {
        this.#stop("ready");
        fulfil();
      }).then(fulfil);
    });
  }

  async #fit(onBegin: () => void): Promise<void> {
    const callback = {
      onTrainBegin: onBegin,
      onBatchEnd: (log: BatchLog) => this.#batchEnded(log),
      onEpochEnd: (log: EpochLog) => this.#epochEnded(log),
    };
    try {
      const { points } = this.#data;
      await this.model.fit(points, {
        epochs: ENDLESS,
        batchSize: this.#batchSize,
        callbacks: [callback],
        ...(this.#heldOut && { validationData: this.#heldOut }),
      });
    } catch (error) {
      // If the run was ended on purpose, there is nothing to report.
      if (!this.#ended) this.#failed(error);
    }
  }

  #batchEnded({ step }: BatchLog): void {
    const now = performance.now();
    const { rows } = this.#data.points;
    const samples = Math.min(step * this.#batchSize, rows);
    this.#speed.add(samples - this.#samples, now);
    this.#samples = samples;
    this.#steps++;
    // After the last batch, `#epochEnded` does the rest.
    if (samples < rows) this.#stepEnded(false);
  }

  #epochEnded({ epoch, loss, valLoss }: EpochLog): void {
    this.#epoch = epoch;
    this.#samples = 0;
    this.#losses.push(loss);
    if (valLoss !== undefined) this.#heldOutLosses.push(valLoss);
    this.#stepEnded(epoch >= this.#stopAt);
  }

  #stepEnded(last: boolean): void {
    this.#betweenSteps();
    if (last && this.#epoch % this.#span === 0) this.#stop("finished");
    else if (last || this.#pausing || this.#steps >= this.#stopAtStep) this.#stop("paused");
    else {
      this.#snapshotIfDue();
      if (this.#following.wait > 0) this.#waitForNext();
    }
  }

  /** Slow motion: the model is paused between two steps, but the run is not. */
  #waitForNext(): void {
    this.model.pause();
    this.#waiting = setTimeout(() => {
      this.#waiting = undefined;
      this.#speed.start(performance.now());
      this.model.resume();
    }, this.#following.wait);
  }

  #betweenSteps(): void {
    for (const work of this.#waitingWork.splice(0)) work();
  }

  /** Does something between two steps: now, or after the current one. */
  #afterStep(work: () => void): void {
    if (this.#phase === "training" && !this.#waiting) this.#waitingWork.push(work);
    else work();
  }

  #stop(phase: Phase): void {
    this.#pausing = false;
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
    this.model.pause();
    this.#phase = phase;
    this.#snapshot();
    this.#tellPhase();
  }

  #failed(error: unknown): void {
    this.#send({ kind: "error", message: `Training failed: ${errorText(error)}.` });
    this.#phase = "failed";
    this.#betweenSteps();
    if (error instanceof DivergedError) this.#snapshot();
    this.#tellPhase();
  }

  /** Continues training to the next stop. */
  train(): void {
    this.#goOn(this.#epoch + this.#span - (this.#epoch % this.#span));
  }

  /** Trains to the end of one more epoch. */
  step(): void {
    this.#goOn(this.#epoch + 1);
  }

  /** Trains so many steps, across epochs. */
  advance(steps: number): void {
    this.#goOn(ENDLESS, this.#steps + steps);
  }

  #goOn(stopAt: number, stopAtStep = ENDLESS): void {
    if (this.#phase === "failed") return;
    this.#stopAt = stopAt;
    this.#stopAtStep = stopAtStep;
    this.#pausing = false;
    if (this.#phase === "training") return;
    this.#phase = "training";
    this.#tellPhase();
    this.#speed.start(performance.now());
    this.model.resume();
  }

  /** Pauses after the current step, which may take a while. */
  pause(): void {
    if (this.#waiting) this.#stop("paused");
    else this.#pausing = this.#phase === "training";
  }

  /** Sends a snapshot if no other will follow: the page wants to see something else of the same state. */
  show(): void {
    if (this.#phase && (this.#phase !== "training" || this.#waiting)) this.#snapshot();
  }

  /** Sets after how many epochs training stops by itself. */
  stopEvery(epochs: number): void {
    this.#span = epochs;
    if (this.#phase === "training" && this.#stopAt > this.#epoch + 1) this.train();
  }

  /** Sends the model as a file, between two steps. */
  save(): void {
    this.#afterStep(() => {
      const bytes = new Uint8Array(this.model.toSafetensors());
      this.#send({ kind: "saved", bytes }, [bytes.buffer]);
    });
  }

  /** Sets a weight or a bias between two steps. */
  setNumber({ what, layer, place, value }: ModelNumber & { readonly value: number }): void {
    this.#afterStep(() => {
      const weights = this.model.getWeights();
      const numbers = numbersOf(weights, what)[layer];
      if (!numbers || place >= numbers.length) return;
      numbers[place] = value;
      this.model.setWeights(weights);
      this.show();
    });
  }

  /** Whether the run has learnt anything that would be missed. */
  get worthKeeping(): boolean {
    return this.#steps > 0 && this.#phase !== "failed";
  }

  /** Pauses the run, which can be shown again: another one takes its place. */
  hide(): void {
    this.#hidden = true;
    if (this.#phase === "training") this.#stop("paused");
  }

  /** Tells the page everything of a run that was hidden. */
  showAgain(): void {
    this.#hidden = false;
    this.#told = 0;
    this.#snapshot();
    this.#tellPhase();
  }

  /** The page is ready for another snapshot. */
  drawn(): void {
    this.#drawn = true;
  }

  /** Comes after the snapshot of the same moment, so that the page's text matches its pictures. */
  #tellPhase(): void {
    if (this.#hidden) return;
    this.#send({ kind: "phase", phase: this.#phase!, epoch: this.#epoch });
  }

  #snapshotIfDue(): void {
    if (this.#drawn && performance.now() - this.#lastSnapshot >= SNAPSHOT_INTERVAL) this.#snapshot();
  }

  #snapshot(): void {
    if (this.#hidden) return;
    const picture = pictureOf(this.model, this.#data);
    const losses = Float64Array.from(this.#losses.slice(this.#told));
    const heldOutLosses = Float64Array.from(this.#heldOutLosses.slice(this.#told));
    const { samplesPerSecond } = this.#speed;
    const { watch } = this.#following;
    const snapshot: Snapshot = {
      ...picture,
      epoch: this.#epoch,
      steps: this.#steps,
      ...(watch && { anatomy: anatomyOf(this.model, watch.side, watch.probe) }),
      losses,
      heldOutLosses,
      engine: engineReport(this.model.engine),
      ...(samplesPerSecond !== undefined && { samplesPerSecond }),
    };
    const { reconstructions, codes, curve } = picture;
    const moved = [reconstructions, codes, curve, losses].map(({ buffer }) => buffer as ArrayBuffer);
    this.#send({ kind: "snapshot", snapshot }, moved);
    this.#told = this.#losses.length;
    this.#drawn = false;
    this.#lastSnapshot = performance.now();
    if (this.#phase === "training") this.#speed.start(this.#lastSnapshot);
  }

  /** Ends training, even within a step, and frees everything. */
  async end(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#waiting);
    await this.model.dispose();
    await this.#training;
  }
}
