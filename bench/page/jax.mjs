/** jax-js in a page. */
import { makeJaxStep } from "../peers/jax-step.mjs";
import { Unavailable } from "../peers/requests.mjs";
import { adapterName } from "./adapter.mjs";
import { offer, timeAll } from "./contestant.mjs";

offer(async (request) => {
  const { backend } = request;
  // Typed as text, since the package is not there for everybody who checks types.
  const jax = await import(/** @type {string} */ ("@jax-js/jax"));
  const there = await jax.init(backend).catch(() => []);
  if (!there.includes(backend)) throw new Unavailable(`this browser starts no ${backend}`);
  jax.defaultDevice(backend);
  const workers = globalThis.crossOriginIsolated ? "workers if it likes" : "no shared memory";
  const details = `value, gradient and Adam in one jit; ${backend === "wasm" ? workers : await adapterName()}`;
  return { details, steps: timeAll(makeJaxStep(jax, request)) };
});
