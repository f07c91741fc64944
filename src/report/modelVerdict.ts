import { type LinearBaseline, MOST_FEATURES } from "./linearBaseline.js";
import type { Measured } from "./measure.js";
import { counted, plural, shown } from "./numberText.js";
import type { Subject } from "./subject.js";

/** Relative differences of errors within this are nothing to speak of. */
const SAME = 0.03;

/** What a person wants to know first, in a sentence. */
export function modelVerdict(
  { model: { inputSize, latentSize, scaling } }: Subject,
  { rows, meanSquaredError }: Measured,
  baseline: LinearBaseline | undefined,
): string {
  const code = latentSize === 1 ? "1 number" : `${counted(latentSize)} numbers`;
  const sizes = `a code of ${code} instead of ${counted(inputSize)}`;
  if (!baseline || !(baseline.variance > 0)) {
    return `With ${sizes}, the model rebuilds ${plural(rows, "sample")} with a mean squared error of ${shown(meanSquaredError)}.`;
  }
  const { modelError, error, variance } = baseline;
  const units = scaling ? " (scaled values)" : "";
  const figures = `a mean squared error of ${shown(modelError)}${units}; PCA, a linear method, of ${shown(error)} with codes of the same size`;
  return `With ${sizes}, the model ${keeps(1 - modelError / variance)}, with ${figures}: ${meaning(modelError, error)}.`;
}

function keeps(share: number): string {
  if (share <= 0) return "rebuilds these samples no better than their mean does";
  return `keeps ${shareText(share)} of the variance of these samples`;
}

/** Near 100 %, with as many digits as tell it apart. */
function shareText(share: number): string {
  const percent = 100 * share;
  return `${percent > 99 ? Math.min(99.99, percent).toFixed(2) : percent.toFixed(percent > 90 ? 1 : 0)} %`;
}

function meaning(model: number, linear: number): string {
  const difference = linear / model - 1;
  if (difference > SAME) {
    const less = Math.round(100 * (1 - model / linear));
    return `what it learned beyond straight lines takes away ${less} % of the error`;
  }
  if (difference < -SAME) {
    return "PCA rebuilds them better, so train longer or give the model more units";
  }
  return "a linear method would do as well here";
}

/** Further findings, a sentence each. */
export function modelFindings(
  { model: { inputSize, latentSize } }: Subject,
  { errors, rows, coded, codes }: Measured,
  baseline: LinearBaseline | undefined,
  advice: string | undefined,
): string[] {
  const unused = unusedComponents(codes, latentSize);
  return [
    ...(advice === undefined ? [] : [advice]),
    ...(baseline
      ? [`PCA was fitted to the ${plural(baseline.rows, "sample")} that it is measured on, which favours it.`]
      : [`There is no comparison with PCA: ${noBaseline(inputSize, latentSize, rows)}.`]),
    ...(unused > 0 && coded.length > 1
      ? [
          `${counted(unused)} of the code's ${plural(latentSize, "component")} ${unused === 1 ? "varies" : "vary"} by less than 1 % of the one that varies most, so a smaller code might do.`,
        ]
      : []),
    ...worst(errors),
  ];
}

function noBaseline(inputSize: number, latentSize: number, rows: number): string {
  if (latentSize >= inputSize) return "the code is no smaller than a sample";
  if (inputSize > MOST_FEATURES) return `${counted(inputSize)} features are too many for it`;
  return `${plural(rows, "sample")} are too few`;
}

/** Components whose deviation is below a hundredth of the greatest. */
function unusedComponents(codes: Float32Array, latentSize: number): number {
  const rows = codes.length / latentSize;
  const [sums, squares] = [new Float64Array(latentSize), new Float64Array(latentSize)];
  for (let i = 0; i < codes.length; i++) sums[i % latentSize]! += codes[i]! / rows;
  for (let i = 0; i < codes.length; i++) {
    squares[i % latentSize]! += (codes[i]! - sums[i % latentSize]!) ** 2 / rows;
  }
  const greatest = squares.reduce((most, value) => Math.max(most, value), 0);
  return greatest > 0 ? squares.filter((value) => value < 1e-4 * greatest).length : 0;
}

/** The sample with the largest error, if it stands out. */
function worst(errors: Float64Array): string[] {
  if (errors.length < 2) return [];
  let row = 0;
  for (let i = 1; i < errors.length; i++) if (errors[i]! > errors[row]!) row = i;
  const middle = errors.toSorted()[Math.floor(errors.length / 2)]!;
  const times = errors[row]! / middle;
  if (!(times >= 3) || !Number.isFinite(times)) return [];
  return [`The hardest is row ${counted(row + 1)}: its error is ${times.toPrecision(2)} times the median.`];
}
