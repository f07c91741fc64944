import type { BatchLog, EpochLog } from "../index.js";
import { bold, green, grey, type Terminal } from "./terminal.js";
import { loss } from "./text.js";

/** Width of Keras's bar. */
const BAR = 20;
/** Minimum time between two redraws, in ms. */
const REDRAW = 50;
/** With more epochs than this, only some of them get their own line on a terminal. */
const MOST_LINES = 50;
const SPARSE_LINES = 20;
/** Without a terminal, the first epoch has a line, and the end of each tenth of the epochs. */
const PLAIN_LINES = 10;

/** Progress of an epoch. */
export interface Progress {
  readonly step: number;
  readonly steps: number;
  /** Seconds taken; while the epoch runs, the estimated seconds left. */
  readonly seconds: number;
  readonly msPerStep: number;
  readonly loss: number;
  readonly valLoss?: number | undefined;
  readonly metrics?: EpochLog["metrics"];
  readonly valMetrics?: EpochLog["valMetrics"];
}

/** A line as Keras prints it: `235/235 ━━━━━━━━━━━━━━━━━━━━ 1s 3ms/step - loss: 0.1234 - val_loss: 0.1200`. */
export function progressLine(progress: Progress, terminal: Terminal): string {
  const { step, steps, valLoss } = progress;
  const position = `${String(step).padStart(String(steps).length)}/${steps}`;
  const seconds = duration(progress.seconds);
  const rest =
    `${stepTime(progress.msPerStep)} - loss: ${loss(progress.loss)}${named("", progress.metrics)}` +
    (valLoss === undefined ? "" : ` - val_loss: ${loss(valLoss)}${named("val_", progress.valMetrics)}`);
  const room = terminal.columns - position.length - seconds.length - rest.length - 4;
  if (room < 3) return `${position} ${seconds} ${rest}`.slice(0, terminal.columns - 1);
  const width = Math.min(BAR, room);
  const done = Math.floor((width * step) / steps);
  // Without colour, the parts differ in their shape.
  const left = terminal.depth > 1 ? "━" : "·";
  const bar = green("━".repeat(done), terminal) + grey(left.repeat(width - done), terminal);
  return `${bold(position, terminal)} ${bar} ${bold(seconds, terminal)} ${rest}`;
}

function named(prefix: string, metrics: EpochLog["metrics"] = {}): string {
  return Object.entries(metrics)
    .map(([name, value]) => ` - ${prefix}${name}: ${loss(value)}`)
    .join("");
}

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}s`;
  const two = (value: number) => String(value).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

function stepTime(ms: number): string {
  if (ms >= 1000) return `${Math.round(ms / 1000)}s/step`;
  return ms >= 1 ? `${Math.round(ms)}ms/step` : `${Math.round(ms * 1000)}us/step`;
}

/** Shows the progress of training: redrawn in place on a terminal, otherwise a plain line for each tenth of the epochs. */
export class ProgressDisplay {
  readonly #terminal: Terminal;
  readonly #write: (text: string) => void;
  #epochBegan = performance.now();
  #drawn = 0;
  #open = false;
  /** The last epoch, if it has no line yet. */
  #untold: EpochLog | undefined;

  constructor(terminal: Terminal, write: (text: string) => void) {
    this.#terminal = terminal;
    this.#write = write;
  }

  /** Call after a step. */
  batch({ epoch, epochs, step, steps = step, loss }: BatchLog): void {
    const now = performance.now();
    if (!this.#terminal.live || now - this.#drawn < REDRAW) return;
    const msPerStep = (now - this.#epochBegan) / step;
    this.#draw(epoch, epochs, {
      step,
      steps,
      seconds: (msPerStep * (steps - step)) / 1000,
      msPerStep,
      loss,
    });
    this.#drawn = now;
  }

  /** Call after an epoch. */
  epoch(log: EpochLog): void {
    const { epoch, epochs, steps } = log;
    this.#epochBegan = performance.now();
    const shown = this.#terminal.live ? isShown(epoch, epochs) : epoch === 1 || endsTenth(epoch, epochs);
    this.#untold = shown ? undefined : log;
    if (!shown) return;
    if (this.#terminal.live) {
      this.#draw(epoch, epochs, { ...log, step: steps });
      this.end();
    } else this.#print(log);
  }

  #print(log: EpochLog): void {
    const line = progressLine({ ...log, step: log.steps }, { ...this.#terminal, columns: 120 });
    this.#write(`Epoch ${log.epoch}/${log.epochs}  ${line}\n`);
  }

  /** Ends the line that is being redrawn; without a terminal, tells of the last epoch if training ended early. */
  end(): void {
    if (this.#open) this.#write("\n");
    else if (this.#untold && !this.#terminal.live) this.#print(this.#untold);
    this.#open = false;
    this.#untold = undefined;
  }

  #draw(epoch: number, epochs: number, progress: Progress): void {
    const line = progressLine(progress, this.#terminal);
    const title = `Epoch ${epoch}/${epochs}`;
    // Moves up one line to rewrite the title too, because it changes during epochs that have no line of their own.
    this.#write(`${this.#open ? "\x1b[1A\r" : ""}${title}\x1b[K\n${line}\x1b[K`);
    this.#open = true;
  }
}

/** Shows all epochs; of very many, the first, the last and about twenty between. */
function isShown(epoch: number, epochs: number): boolean {
  if (epochs <= MOST_LINES) return true;
  return epoch === 1 || epoch === epochs || epoch % Math.ceil(epochs / SPARSE_LINES) === 0;
}

/** Whether a tenth of the epochs, or more, is done with this one and was not before. */
function endsTenth(epoch: number, epochs: number): boolean {
  const tenths = (done: number) => Math.floor((PLAIN_LINES * done) / epochs);
  return tenths(epoch) > tenths(epoch - 1);
}
