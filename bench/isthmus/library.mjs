/** The built package, as users import it, and what every workload makes with it. */
import { readFileSync } from "node:fs";
import { Engine } from "isthmus";
import { choice, count, Unavailable } from "../peers/requests.mjs";

/**
 * The engine that a setup request asks for: `build` is "portable", "fast" or "turbo", `threads` a number.
 * @throws {Unavailable} when this runtime cannot have it
 */
export async function openEngine(request) {
  const build = choice(request, "build", ["portable", "fast", "turbo"]);
  const threads = count(request, "threads");
  const math = build === "portable" ? "portable" : "fast";
  const engine = await Engine.create({ math, turbo: build === "turbo", threads });
  if (build === "turbo" && !engine.info.turbo) {
    await engine.dispose();
    throw new Unavailable(`Node ${process.versions.node} has no revectorizer that passes the engine's check`);
  }
  return engine;
}

/** Name, version and details of a setup's answer. */
export function facts(engine) {
  const { build, tile, turbo, threads } = engine.info;
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  const details = `${build} build${turbo ? ", turbo" : ""}, tile ${tile}, ${threads} thread(s)`;
  return { name: "Isthmus", version, details, info: engine.info };
}

/**
 * The median time of a task of tinybench, in ms.
 *
 * @param {import("tinybench").TaskResult} result
 */
export function medianOf(result) {
  if (result.state === "errored") throw result.error;
  if (result.state !== "completed") throw new Error(`the measurement is ${result.state}`);
  return result.latency.p50;
}
