import type { Autoencoder } from "../../index.js";
import { Speedometer } from "../shared/speedometer.js";
import type { EpochPoint } from "./digitsMessages.js";
import type { PictureSet } from "./pictureSet.js";
import { PIXELS } from "./pictures.js";

/** How fast the page wants runs to go; it stays from one run to the next. */
export interface Pace {
  /** Time between two steps, in ms. */
  wait: number;
}

/** Listens to a training. */
export interface RunListener {
  /** Called between two steps, when all weights belong to the same step. */
  onStep(): void;
  /** Called after an epoch; training waits for the promise. */
  onEpoch(): Promise<void>;
}

/** Trains a model on a set of pictures, once or several times in a row, and keeps track of progress. */
export class Run {
  readonly #model: Autoencoder;
  readonly #set: PictureSet;
  readonly #batchSize: number;
  readonly #listener: RunListener;
  readonly #speedometer = new Speedometer();
  /** All epochs, and how many of them `takePoints` has returned. */
  readonly #points: EpochPoint[] = [];
  #taken = 0;
  /** Number of whole epochs in all trainings. */
  epoch = 0;
  /** Progress of the current epoch, from 0 to 1, and its loss so far. */
  part = 0;
  loss: number | undefined;
  #abort: AbortController | undefined;
  #ended: Promise<void> = Promise.resolve();
  #single = false;
  readonly #pace: Pace;
  /** Until the next step, in slow motion. */
  #waiting: ReturnType<typeof setTimeout> | undefined;

  constructor(
    model: Autoencoder,
    set: PictureSet,
    { batchSize, pace }: { batchSize: number; pace: Pace },
    listener: RunListener,
  ) {
    this.#model = model;
    this.#batchSize = batchSize;
    this.#pace = pace;
    this.#set = set;
    this.#listener = listener;
  }

  get training(): boolean {
    return this.#abort !== undefined;
  }

  /** Whether training waits for `resume`, and not only for the next step in slow motion. */
  get paused(): boolean {
    return this.#model.paused && this.#waiting === undefined;
  }

  get samplesPerSecond(): number | undefined {
    return this.#speedometer.samplesPerSecond;
  }

  /** Returns the epochs since the last call. */
  takePoints(): EpochPoint[] {
    const taken = this.#points.slice(this.#taken);
    this.#taken = this.#points.length;
    return taken;
  }

  /** Has `takePoints` begin anew: a page shows the run again. */
  returnPoints(): void {
    this.#taken = 0;
  }

  /**
   * Trains until all epochs are done or `end` is called.
   *
   * @returns whether all epochs are done
   * @throws {DivergedError} {EngineError} like `fit`
   */
  async train(epochs: number): Promise<boolean> {
    const abort = new AbortController();
    this.#abort = abort;
    const training = this.#fit(epochs, abort.signal);
    this.#ended = training.catch(() => {});
    try {
      await training;
      return true;
    } catch (error) {
      if (!abort.signal.aborted) throw error;
      return false;
    } finally {
      this.#stopWaiting();
      this.#abort = undefined;
      this.#single = false;
      this.part = 0;
    }
  }

  async #fit(epochs: number, signal: AbortSignal): Promise<void> {
    const { training, heldOut } = this.#set;
    const rows = training.length / PIXELS;
    await this.#model.fit(training, {
      epochs,
      batchSize: this.#batchSize,
      validationData: heldOut,
      signal,
      callbacks: [
        {
          onEpochBegin: () => this.#speedometer.start(performance.now()),
          onBatchEnd: ({ step, steps, loss }) => {
            const size = Math.min(this.#batchSize, rows - (step - 1) * this.#batchSize);
            this.#speedometer.add(size, performance.now());
            this.part = step / steps!;
            this.loss = loss;
            this.#listener.onStep();
            this.#speedometer.start(performance.now());
            if (this.#pace.wait > 0 && !this.#model.paused) this.#waitForNext();
          },
          onEpochEnd: ({ loss, valLoss }) => {
            this.epoch++;
            this.part = 0;
            this.#points.push({ epoch: this.epoch, loss, valLoss: valLoss! });
            if (this.#single) this.pause();
            return this.#listener.onEpoch();
          },
        },
      ],
    });
  }

  #waitForNext(): void {
    this.#model.pause();
    this.#waiting = setTimeout(() => {
      this.#waiting = undefined;
      this.#speedometer.start(performance.now());
      this.#model.resume();
    }, this.#pace.wait);
  }

  #stopWaiting(): void {
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
  }

  /** Pauses training after the current step. */
  pause(): void {
    this.#stopWaiting();
    this.#model.pause();
  }

  /** Continues training; with `single`, only to the end of the current epoch. */
  resume(single: boolean): void {
    this.#single = single;
    this.#speedometer.start(performance.now());
    this.#model.resume();
  }

  /** Ends training after the current step, and waits until it has ended. */
  async end(): Promise<void> {
    this.#stopWaiting();
    this.#abort?.abort();
    await this.#ended;
  }
}
