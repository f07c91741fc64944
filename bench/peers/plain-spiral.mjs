/** The spiral network (2 → 1 → 2, sigmoid, full-batch gradient descent, rate 1.0) in plain JavaScript, float64. */
import { readFile } from "node:fs/promises";
import { count, Unavailable } from "./requests.mjs";

const START = new URL("../../test/golden/spiral.json", import.meta.url);
const LEARNING_RATE = 1;

async function readStart(samples) {
  let golden;
  try {
    golden = JSON.parse(await readFile(START, "utf8"));
  } catch (error) {
    throw new Unavailable(`the spiral's data and starting weights cannot be read: ${error.message}`);
  }
  const [rows] = golden.data.shape;
  if (samples !== rows) {
    throw new RangeError(`samples: got ${samples}, wanted ${rows}, the size of the reference spiral`);
  }
  const parameter = (name) => golden.start.find((one) => one.name === name).values;
  return { x: Float64Array.from(golden.data.values), parameter };
}

/** Prepares the spiral workload; `run({ epochs })` gives `{ ms, loss }`, loss before the last update. */
export async function spiral(request) {
  const samples = count(request, "samples");
  const { x, parameter } = await readStart(samples);
  let [e0, e1] = parameter("encoder.0.weight");
  let [eb] = parameter("encoder.0.bias");
  let [d0, d1] = parameter("decoder.0.weight");
  let [db0, db1] = parameter("decoder.0.bias");
  const rate = LEARNING_RATE / samples;

  function epoch() {
    let sum = 0;
    let ge0 = 0;
    let ge1 = 0;
    let geb = 0;
    let gd0 = 0;
    let gd1 = 0;
    let gdb0 = 0;
    let gdb1 = 0;
    for (let i = 0; i < 2 * samples; i += 2) {
      const x0 = x[i];
      const x1 = x[i + 1];
      const code = 1 / (1 + Math.exp(-(e0 * x0 + e1 * x1 + eb)));
      const y0 = 1 / (1 + Math.exp(-(d0 * code + db0)));
      const y1 = 1 / (1 + Math.exp(-(d1 * code + db1)));
      const error0 = y0 - x0;
      const error1 = y1 - x1;
      sum += error0 * error0 + error1 * error1;
      const delta0 = error0 * y0 * (1 - y0);
      const delta1 = error1 * y1 * (1 - y1);
      const deltaCode = (delta0 * d0 + delta1 * d1) * code * (1 - code);
      gd0 += delta0 * code;
      gd1 += delta1 * code;
      gdb0 += delta0;
      gdb1 += delta1;
      ge0 += deltaCode * x0;
      ge1 += deltaCode * x1;
      geb += deltaCode;
    }
    e0 -= rate * ge0;
    e1 -= rate * ge1;
    eb -= rate * geb;
    d0 -= rate * gd0;
    d1 -= rate * gd1;
    db0 -= rate * gdb0;
    db1 -= rate * gdb1;
    return sum / (2 * samples);
  }

  return {
    name: "Plain JavaScript",
    version: process.version,
    details: "one fused loop over the samples, float64",
    run(order) {
      const epochs = count(order, "epochs");
      const start = performance.now();
      let loss = Number.NaN;
      for (let i = 0; i < epochs; i++) loss = epoch();
      return { ms: performance.now() - start, loss };
    },
  };
}
