import { oneOf } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import { simplified } from "../common/nearest.js";
import { cut, printable } from "../common/printable.js";
import { lossNamed } from "../network/losses.js";
import type { TrainingRun } from "./callbacks.js";
import { type MonitorName, monitored } from "./history.js";

/** What is watched, and which way is better. */
export interface MonitorOptions {
  /**
   * What to watch: `loss`, `valLoss` (default), or one of the `metrics` by its name, with `val` before it for that of
   * the validation data (`valMeanSquaredError`). Keras's spellings will do: `val_loss`, `val_mse`.
   */
  monitor?: MonitorName | "val_loss";
  /** Whether less (default) or more is better. `"auto"` is `"min"`, since all that can be watched are losses. */
  mode?: "min" | "max" | "auto";
}

/** Watches one series of a history, and knows the best value so far. */
export class Monitor {
  readonly name: string;
  readonly #for: string;
  readonly #sign: number;
  readonly #minDelta: number;
  #best = Number.POSITIVE_INFINITY;

  /** @param user what watches, for messages */
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
   * @throws {ArgumentError} when the training does not have what is watched
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

  /** Begins anew. */
  reset(): void {
    this.#best = Number.POSITIVE_INFINITY;
  }

  /** Whether `value` is better than the best before it by more than `minDelta`; if so, it is the best from now on. */
  improves(value: number): boolean {
    if (!(this.#sign * value + this.#minDelta < this.#best)) return false;
    this.#best = this.#sign * value;
    return true;
  }
}

/** The name of a series of the history, whatever way it is spelled: `val_loss` is `valLoss`. */
function spelledOut(name: string): string {
  const [, val = "", rest = ""] = /^(val[ _-]?)?(.*)$/is.exec(name) ?? [];
  const series = simplified(rest.slice(0, 100)) === "loss" ? "loss" : lossNamed(rest);
  if (series === undefined) return name;
  return val === "" ? series : `val${series[0]!.toUpperCase()}${series.slice(1)}`;
}
