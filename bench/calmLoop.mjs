/** Says how long a loop on registers takes, in ms: eight sums side by side, so that whoever shares the core's units is noticed. */
import { parentPort } from "node:worker_threads";

const ITERATIONS = 400_000;
const LOOPS = 10;

function loop(count, x) {
  let [a, b, c, d, e, f, g, h] = [1, 2, 3, 4, 5, 6, 7, 8];
  for (let i = 0; i < count; i++) {
    a = a * x + 0.5;
    b = b * x + 0.5;
    c = c * x + 0.5;
    d = d * x + 0.5;
    e = e * x + 0.5;
    f = f * x + 0.5;
    g = g * x + 0.5;
    h = h * x + 0.5;
  }
  return a + b + c + d + e + f + g + h;
}

let sum = 0;
parentPort?.on("message", () => {
  const start = performance.now();
  for (let i = 0; i < LOOPS; i++) sum += loop(ITERATIONS, 0.5);
  // The sum is used, so that nothing is left out.
  parentPort?.postMessage((performance.now() - start) / LOOPS + 0 * sum);
});
