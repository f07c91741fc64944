import type { AnomalyDetector, Autoencoder } from "../../index.js";
import type { Send } from "../shared/channel.js";
import { engineReport } from "../shared/engineLine.js";
import { analyse, fitDetector } from "./analysis.js";
import type { Drawing, FromWorker } from "./digitsMessages.js";
import type { Run } from "./digitsRun.js";
import { examine, prepared } from "./drawing.js";
import { Latest } from "./latest.js";
import { corrupted } from "./noise.js";
import { FeatureMaps } from "./pictureMaps.js";
import { type PictureSet, showcaseRows } from "./pictureSet.js";
import { pick, toInk, toUnit } from "./pictures.js";

/** Number of pictures to show while a model learns. */
const SHOWN = 30;
const NOISE_SEED = 1;

/** Input from the visitor that stays when the model changes. */
export interface VisitorInput {
  drawing: Drawing | undefined;
  mixOdd: boolean;
}

/** Sends the page what it shows of a model and its training. Predictions take turns with training steps. */
export class Display {
  readonly #send: Send<FromWorker>;
  readonly #model: Autoencoder;
  readonly #set: PictureSet;
  readonly #run: Run;
  readonly #input: VisitorInput;
  readonly #trained: boolean;
  #detector: AnomalyDetector | undefined;
  #code: Float32Array | undefined;
  #closed = false;
  #analysedAt = 0;

  readonly #analyses = this.#latest(() => this.#analyse());
  readonly #showcases = this.#latest(() => this.#show());
  readonly #decodings = this.#latest(() => this.#decode());
  readonly #drawings = this.#latest(() => this.#examine());
  readonly #features = this.#latest(() => this.#look());
  readonly #maps: FeatureMaps;

  /** @param trained whether the model was trained before this run */
  constructor(
    model: Autoencoder,
    set: PictureSet,
    run: Run,
    input: VisitorInput,
    send: Send<FromWorker>,
    trained: boolean,
  ) {
    this.#trained = trained;
    this.#send = send;
    this.#model = model;
    this.#set = set;
    this.#run = run;
    this.#input = input;
    this.#maps = new FeatureMaps(model);
  }

  /** Whether there are feature maps to show. */
  get convolutional(): boolean {
    return this.#maps.any;
  }

  /** Whether the model has learnt anything: an untrained one can judge nothing. */
  get trained(): boolean {
    return this.#trained || this.#run.epoch > 0 || this.#run.part > 0;
  }

  /** Time when the last analysis ended. */
  get analysedAt(): number {
    return this.#analysedAt;
  }

  /** Stops sending. Errors because the model has been disposed of are ignored from now on. */
  close(): void {
    this.#closed = true;
  }

  /** Sends the progress and all current results; the slow analysis only if `whole`. Call it between two steps. */
  async refresh(whole: boolean): Promise<void> {
    if (this.#closed) return;
    this.#tellProgress();
    this.#maps.take();
    await this.#showcases.offer();
    if (whole) await this.#analyses.offer();
    if (this.#code) await this.#decodings.offer();
    if (this.#input.drawing) await this.#drawings.offer();
    await this.#features.offer();
  }

  /** Analyses the held-out pictures. */
  analyse(): Promise<void> {
    return this.#analyses.offer();
  }

  /** Decodes a code, now and whenever the model changes. */
  decode(code: Float32Array): Promise<void> {
    this.#code = code;
    return this.#decodings.offer();
  }

  /** Encodes and rebuilds the drawing, if there is one. */
  async examine(): Promise<void> {
    if (this.#input.drawing) await this.#drawings.offer();
    await this.#features.offer();
  }

  #latest(work: () => Promise<void>): Latest {
    return new Latest(async () => {
      try {
        if (!this.#closed) await work();
      } catch (error) {
        if (!this.#closed) throw error;
      }
    });
  }

  #tellProgress(): void {
    const { epoch, part, loss, samplesPerSecond } = this.#run;
    this.#send({
      kind: "progress",
      progress: {
        epoch,
        part,
        points: this.#run.takePoints(),
        engine: engineReport(this.#model.engine),
        ...(loss !== undefined && { loss }),
        ...(samplesPerSecond !== undefined && { samplesPerSecond }),
      },
    });
  }

  async #show(): Promise<void> {
    const originals = pick(this.#set.heldOut, showcaseRows(this.#set, SHOWN));
    const { corruption } = this.#model.description;
    const given = corruption && corrupted(toUnit(originals), corruption, NOISE_SEED);
    const reconstructions = toInk((await this.#model.reconstruct(given ?? originals)).data);
    const showcase = { originals, reconstructions, ...(given && { corrupted: toInk(given) }) };
    const noisy = showcase.corrupted ? [showcase.corrupted.buffer] : [];
    this.#send({ kind: "showcase", showcase }, [originals.buffer, reconstructions.buffer, ...noisy]);
  }

  async #analyse(): Promise<void> {
    this.#detector = await fitDetector(this.#model, this.#set);
    const analysis = await analyse(this.#detector, this.#set, this.#input.mixOdd);
    this.#analysedAt = performance.now();
    const { pictures, reconstructions } = analysis;
    this.#send({ kind: "analysis", analysis, trained: this.trained }, [
      pictures.buffer,
      reconstructions.buffer,
    ]);
  }

  async #decode(): Promise<void> {
    const picture = toInk((await this.#model.decode(this.#code!)).data);
    this.#send({ kind: "decoded", picture }, [picture.buffer]);
  }

  async #examine(): Promise<void> {
    const { drawing } = this.#input;
    if (!drawing) return;
    this.#detector ??= await fitDetector(this.#model, this.#set);
    this.#send({ kind: "drawn", drawn: await examine(this.#detector, drawing), trained: this.trained });
  }

  /** Sends what the convolutions make of the drawing, or of the first held-out picture. */
  async #look(): Promise<void> {
    if (!this.#maps.any) return;
    const { drawing } = this.#input;
    const picture = drawing ? prepared(drawing).given : toUnit(pick(this.#set.heldOut, [0]));
    const shown = await this.#maps.of(picture);
    const features = { picture: toInk(picture), drawn: drawing !== undefined, ...shown };
    this.#send({ kind: "features", features });
  }
}
