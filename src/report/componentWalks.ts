import type { Picture } from "./figure.js";
import { type ImageSubject, imageRange, scaleText, tilesOf } from "./images.js";
import { evenly, plural, subscript } from "./numberText.js";
import { drawStrips } from "./strips.js";
import { rowsOf, takeRows } from "./subject.js";

/** Components to show, and codes along each. */
const SHOWN = 10;
const STEPS = 10;
/** How far the codes go from 0, in standard deviations of the prior. */
const REACH = 2.5;
/** Samples that the divergences are measured on. */
const MOST_ROWS = 1000;

/** What the components of a variational code do: one changes, the others stay at 0, their mean. */
export async function componentWalks(subject: ImageSubject): Promise<Picture> {
  const { model, image } = subject;
  const { latentSize, inputSize } = model;
  const divergences = await divergencesOf(subject);
  const chosen = Array.from(divergences, (_, d) => d)
    .sort((a, b) => divergences[b]! - divergences[a]! || a - b)
    .slice(0, SHOWN);
  const codes = new Float32Array(chosen.length * STEPS * latentSize);
  chosen.forEach((component, line) => {
    for (let step = 0; step < STEPS; step++) {
      codes[(line * STEPS + step) * latentSize + component] = REACH * ((2 * step) / (STEPS - 1) - 1);
    }
  });
  const { data } = await model.decode(codes);
  const range = imageRange(data);
  const tiles = tilesOf(data, inputSize, image, range);
  const strips = chosen.map((component, line) => ({
    label: `z${subscript(component + 1)}, ${divergences[component]!.toFixed(2)} nats`,
    tiles: tiles.slice(line * STEPS, (line + 1) * STEPS),
  }));
  const which =
    chosen.length < latentSize
      ? `the ${chosen.length} of ${latentSize} components that say most`
      : "each component";
  return {
    name: "components",
    title: "What the code's components do",
    caption: `The decoder's output when one component goes from −${REACH} (left) to ${REACH} (right) and all others are 0, for ${which} by the KL divergence, whose mean over ${plural(Math.min(MOST_ROWS, rowsOf(subject)), "sample")} is given; near 0, a component says nothing. ${scaleText(image, range)}`,
    drawing: await drawStrips(strips, STEPS),
  };
}

/** The mean divergence of each component from the standard normal distribution: ½(μ² + σ² − 1 − log σ²), in nats. */
async function divergencesOf(subject: ImageSubject): Promise<Float64Array> {
  const { latentSize } = subject.model;
  const rows = evenly(rowsOf(subject), MOST_ROWS);
  const { mean, logVariance } = await subject.model.encodeDistribution(takeRows(subject, rows));
  const sums = new Float64Array(latentSize);
  mean.data.forEach((mu, i) => {
    const log = logVariance.data[i]!;
    sums[i % latentSize]! += (mu * mu + Math.exp(log) - 1 - log) / 2 / rows.length;
  });
  return sums;
}
