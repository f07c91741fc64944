/** How a step grows with the batch, the network and the threads, and an epoch with its rows. */
import { epochTable, measureEpochs } from "./epochs.mjs";
import { measureSteps, stepTables } from "./stepGrowth.mjs";

export const id = "growth";
export const title = "How a step and an epoch grow";

/** @returns `result` is `{ steps, epochs }`, the cells of both */
export async function measure(context) {
  const steps = await measureSteps(context);
  const epochs = await measureEpochs(context);
  return {
    steps,
    epochs,
    result: { steps: steps.result, epochs: epochs.cells },
    contestants: [...steps.contestants, ...epochs.contestants],
    notes: [...steps.notes, ...epochs.notes],
    failures: [...steps.failures, ...epochs.failures],
  };
}

/** @returns {import("../table.mjs").Table[]} */
export function tables({ steps, epochs }) {
  return [
    ...(steps.contestants.length > 0 ? stepTables(steps) : []),
    ...(epochs.cells.length > 0 ? [epochTable(epochs)] : []),
  ];
}
