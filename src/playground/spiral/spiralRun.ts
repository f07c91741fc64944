import { type Autoencoder, type BatchLog, DivergedError, type EpochLog, type Spiral } from "../../index.js";
import { errorText, type Send } from "../shared/channel.js";
import { engineReport } from "../shared/engineLine.js";
import { Speedometer } from "../shared/speedometer.js";
import { pictureOf } from "./snapshot.js";
import type { FromWorker, Phase, Snapshot } from "./spiralMessages.js";

/** Minimum time between two snapshots, in ms. */
const SNAPSHOT_INTERVAL = 50;

/** A run has no end; it only pauses. */
const ENDLESS = Number.MAX_SAFE_INTEGER;

/**
 * Trains a model on a spiral. A run is one call of `fit`, which waits while the run is paused. So pausing does not change
 * the result.
 */
export class SpiralRun {
  readonly model: Autoencoder;
  readonly #spiral: Spiral;
  readonly #batchSize: number;
  readonly #send: Send<FromWorker>;
  readonly #speed = new Speedometer();
  #training: Promise<void> | undefined;
  #phase: Phase = "ready";
  #ended = false;
  #epoch = 0;
  /** Samples that the current epoch has trained on so far. */
  #samples = 0;
  /** The epoch to pause after. */
  #stopAt = 0;
  /** Training stops by itself every so many epochs. */
  #span: number;
  /** Losses of the epochs since the last snapshot. */
  #losses: number[] = [];
  /** Whether to pause after the current step. */
  #pausing = false;
  /** Whether to save the model after the current step. */
  #saving = false;
  /** Whether the page has drawn the last snapshot. */
  #drawn = true;
  #lastSnapshot = Number.NEGATIVE_INFINITY;

  constructor(
    model: Autoencoder,
    spiral: Spiral,
    how: { batchSize: number; epochs: number },
    send: Send<FromWorker>,
  ) {
    this.model = model;
    this.#spiral = spiral;
    this.#batchSize = how.batchSize;
    this.#span = how.epochs;
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
      const { points } = this.#spiral;
      await this.model.fit(points, { epochs: ENDLESS, batchSize: this.#batchSize, callbacks: [callback] });
    } catch (error) {
      // If the run was ended on purpose, there is nothing to report.
      if (!this.#ended) this.#failed(error);
    }
  }

  #batchEnded({ step }: BatchLog): void {
    const now = performance.now();
    const { rows } = this.#spiral.points;
    const samples = Math.min(step * this.#batchSize, rows);
    this.#speed.add(samples - this.#samples, now);
    this.#samples = samples;
    // After the last batch, `#epochEnded` does the rest.
    if (samples === rows) return;
    this.#betweenSteps();
    if (this.#pausing) this.#stop("paused");
    else this.#snapshotIfDue();
  }

  #epochEnded({ epoch, loss }: EpochLog): void {
    this.#epoch = epoch;
    this.#samples = 0;
    this.#losses.push(loss);
    this.#betweenSteps();
    if (epoch >= this.#stopAt && epoch % this.#span === 0) this.#stop("finished");
    else if (epoch >= this.#stopAt || this.#pausing) this.#stop("paused");
    else this.#snapshotIfDue();
  }

  #betweenSteps(): void {
    if (this.#saving) this.#save();
  }

  #stop(phase: Phase): void {
    this.#pausing = false;
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

  #goOn(stopAt: number): void {
    if (this.#phase === "failed") return;
    this.#stopAt = stopAt;
    this.#pausing = false;
    if (this.#phase === "training") return;
    this.#phase = "training";
    this.#tellPhase();
    this.#speed.start(performance.now());
    this.model.resume();
  }

  /** Pauses after the current step, which may take a while. */
  pause(): void {
    this.#pausing = this.#phase === "training";
  }

  /** Sets after how many epochs training stops by itself. */
  stopEvery(epochs: number): void {
    this.#span = epochs;
    if (this.#phase === "training" && this.#stopAt > this.#epoch + 1) this.train();
  }

  /** Sends the model as a file, between two steps. */
  save(): void {
    if (this.#phase === "training") this.#saving = true;
    else this.#save();
  }

  #save(): void {
    this.#saving = false;
    const bytes = new Uint8Array(this.model.toSafetensors());
    this.#send({ kind: "saved", bytes }, [bytes.buffer]);
  }

  /** The page is ready for another snapshot. */
  drawn(): void {
    this.#drawn = true;
  }

  /** Comes after the snapshot of the same moment, so that the page's text matches its pictures. */
  #tellPhase(): void {
    this.#send({ kind: "phase", phase: this.#phase, epoch: this.#epoch });
  }

  #snapshotIfDue(): void {
    if (this.#drawn && performance.now() - this.#lastSnapshot >= SNAPSHOT_INTERVAL) this.#snapshot();
  }

  #snapshot(): void {
    const picture = pictureOf(this.model, this.#spiral);
    const losses = Float64Array.from(this.#losses);
    const { samplesPerSecond } = this.#speed;
    const snapshot: Snapshot = {
      ...picture,
      epoch: this.#epoch,
      losses,
      engine: engineReport(this.model.engine),
      ...(samplesPerSecond !== undefined && { samplesPerSecond }),
    };
    const { reconstructions, codes, curve } = picture;
    const moved = [reconstructions, codes, curve, losses].map(({ buffer }) => buffer as ArrayBuffer);
    this.#send({ kind: "snapshot", snapshot }, moved);
    this.#losses = [];
    this.#drawn = false;
    this.#lastSnapshot = performance.now();
    if (this.#phase === "training") this.#speed.start(this.#lastSnapshot);
  }

  /** Ends training, even within a step, and frees everything. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.model.dispose();
    await this.#training;
  }
}
