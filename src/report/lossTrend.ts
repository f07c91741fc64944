/** Which way a loss went at the end of training. */
export interface LossTrend {
  readonly direction: "falling" | "rising" | "level";
  /** Relative change from one value to the next, such as 0.03 for 3 %. */
  readonly change: number;
  /** How many of the last values it is taken from. */
  readonly count: number;
}

/** Share of the values that count as the end, and how few of them say nothing. */
const END = 0.25;
const FEWEST = 4;
/** A slope within this many standard errors of 0 may be chance. */
const ERRORS = 3;
/** A change per value below this is not worth more training. */
const LEAST_CHANGE = 0.002;

/**
 * The trend of the last quarter of losses: the slope of their logarithms by least squares. Undefined for too few of them,
 * and for losses that are not above 0.
 *
 * @param least the smallest relative change from one value to the next that counts
 */
export function lossTrend(losses: readonly number[], least = LEAST_CHANGE): LossTrend | undefined {
  const count = Math.ceil(END * losses.length);
  if (count < FEWEST) return undefined;
  const end = losses.slice(-count);
  if (!end.every((loss) => loss > 0 && Number.isFinite(loss))) return undefined;
  const logs = end.map(Math.log);
  const middle = (count - 1) / 2;
  const mean = logs.reduce((sum, value) => sum + value, 0) / count;
  let [xx, xy, yy] = [0, 0, 0];
  logs.forEach((value, i) => {
    xx += (i - middle) ** 2;
    xy += (i - middle) * (value - mean);
    yy += (value - mean) ** 2;
  });
  const slope = xy / xx;
  const error = Math.sqrt(Math.max(0, yy - slope * xy) / Math.max(1, count - 2) / xx);
  const change = Math.abs(1 - Math.exp(slope));
  const clear = Math.abs(slope) > ERRORS * error && change >= least;
  return { direction: !clear ? "level" : slope < 0 ? "falling" : "rising", change, count };
}

/** A share as a percentage with two digits. */
function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}

/**
 * Advice for the next training, a sentence; undefined if there is none to give.
 *
 * @param loss the training loss of each epoch
 * @param valLoss the validation loss of each epoch, if there is one
 */
export function trainingAdvice(loss: readonly number[], valLoss: readonly number[]): string | undefined {
  const [training, validation] = [lossTrend(loss), lossTrend(valLoss)];
  const judged = validation ?? training;
  if (!judged) return undefined;
  const name = validation ? "validation loss" : "loss";
  if (judged.direction === "falling") {
    return `Train longer: the ${name} was still falling by ${percent(judged.change)} an epoch.`;
  }
  if (judged.direction !== "rising") return undefined;
  if (validation && training?.direction === "falling") {
    return `Train shorter, or regularize: the validation loss was rising by ${percent(judged.change)} an epoch while the training loss was falling.`;
  }
  return `Lower the learning rate: the ${name} was rising by ${percent(judged.change)} an epoch.`;
}
