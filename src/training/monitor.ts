import { oneOf } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import { simplified } from "../common/nearest.js";
import { cut, printable } from "../common/printable.js";
import { lossNamed } from "../network/losses.js";
import type { TrainingRun } from "./callbacks.js";
import { type MonitorName, monitored } from "./history.js";

/** What to watch, and whether lower or higher is better. */
export interface MonitorOptions {
  /**
   * The value to watch: `loss`, `valLoss` (default), or one of the `metrics` by name, with `val` in front for the
   * validation data (`valMeanSquaredError`). Keras's spellings `val_loss` and `val_mse` work, too.
   */
  monitor?: MonitorName | "val_loss";
  /**
   * Whether lower (default) or higher is better. `"auto"` means `"min"`, since everything that can be watched is a
   * loss.
   */
  mode?: "min" | "max" | "auto";
}

/** Watches one series of a history, and remembers its best value so far. */
export class Monitor {
  readonly name: string;
  readonly #for: string;
  readonly #sign: number;
  readonly #minDelta: number;
  #best = Number.POSITIVE_INFINITY;

  /** @param user name of the callback that watches, for messages */
  constructor(user: string, { monitor = "valLoss", mode = "min" }: MonitorOptions, minDelta = 0) {
    if (typeof monitor !== "string") throw new ArgumentError(`monitor of ${user} must be a string`);
    this.name = spelledOut(monitor);
    this.#for = user;
    this.#sign = oneOf(`mode of ${user}`, mode, ["min", "max", "auto"]) === "max" ? -1 : 1;
    this.#minDelta = minDelta;
  }

  /**
   * The series so far.
   *
   * @throws {ArgumentError} if training does not record the watched value
   */
  series({ history, validates }: TrainingRun): readonly number[] {
    const all = monitored(history);
    if (!validates) all.delete("valLoss");
    const series = all.get(this.name);
    if (series) return series;
    if (this.name.startsWith("val") && !validates) {
      throw new ArgumentError(
        `${this.#for} watches ${cut(printable(this.name))}, but there is no validation; ` +
          'give validationData or validationSplit, or monitor: "loss"',
      );
    }
    oneOf(`monitor of ${this.#for}`, this.name, [...all.keys()]);
    return [];
  }

  /** Forgets the best value. */
  reset(): void {
    this.#best = Number.POSITIVE_INFINITY;
  }

  /** Whether `value` is better than the best so far by more than `minDelta`. If so, it becomes the best. */
  improves(value: number): boolean {
    if (!(this.#sign * value + this.#minDelta < this.#best)) return false;
    this.#best = this.#sign * value;
    return true;
  }
}

/** Converts any accepted spelling to the name of a series of the history: `val_loss` becomes `valLoss`. */
function spelledOut(name: string): string {
  const [, val = "", rest = ""] = /^(val[ _-]?)?(.*)$/is.exec(name) ?? [];
  const series = simplified(rest.slice(0, 100)) === "loss" ? "loss" : lossNamed(rest);
  if (series === undefined) return name;
  return val === "" ? series : `val${series[0]!.toUpperCase()}${series.slice(1)}`;
}
