import { warnOnce } from "../common/runtime.js";
import type { BuildName } from "./binaries.js";
import { compileKernels } from "./builds.js";
import type { CheckedEngineOptions } from "./engineOptions.js";
import { FUSED_FINGERPRINT, fingerprint } from "./fingerprint.js";
import { instantiateKernels, type Kernels } from "./kernels.js";
import { EngineMemory } from "./memory.js";
import { hasRelaxedSimd } from "./probe.js";
import { providedKernels } from "./providedKernels.js";
import { hasDormantRelaxedSimd, hasRevectorizer } from "./turbo.js";

/** The parts of an engine. */
export interface Parts {
  readonly build: BuildName;
  readonly turbo: boolean;
  readonly module: WebAssembly.Module;
  readonly memory: EngineMemory;
  readonly kernels: Kernels;
}

/** Compiles kernels with their own memory: the requested build, or the closest available one. */
export async function partsFor({ math, turbo }: CheckedEngineOptions): Promise<Parts> {
  const tried = turbo === false ? undefined : await turboParts(math);
  if (typeof tried === "object") return tried;
  if (turbo === true) warnOnce("ISTHMUS_NO_TURBO", `turbo is not in force: ${tried}`);
  const provided = providedKernels();
  if (provided) return { build: "simd", turbo: false, module: provided, ...instantiate(provided) };
  const dormant = turbo !== false && hasDormantRelaxedSimd();
  const build = math === "fast" && (dormant || hasRelaxedSimd()) ? "relaxed" : "simd";
  const module = await compileKernels(build, build === "relaxed" && dormant ? "relaxedSimd" : "plain");
  return { build, turbo: false, module, ...instantiate(module) };
}

/** The revectorized kernels if they are available and compute the expected results; otherwise the reason why not. */
async function turboParts(math: CheckedEngineOptions["math"]): Promise<Parts | string> {
  if (math !== "fast") return 'it needs math "fast"';
  if (providedKernels()) return "this runtime compiles the kernels itself";
  if (!hasRevectorizer()) return "this runtime lacks V8's revectorizer, which Node 24 and later have";
  const module = await compileKernels("relaxed", "revectorized");
  const parts: Parts = { build: "relaxed", turbo: true, module, ...instantiate(module) };
  if (fingerprint(parts.kernels, parts.memory) === FUSED_FINGERPRINT) return parts;
  return "the code that V8 makes here does not give the known results";
}

function instantiate(module: WebAssembly.Module): { kernels: Kernels; memory: EngineMemory } {
  const memory = new EngineMemory();
  const kernels = instantiateKernels<Kernels>(module, memory.memory);
  memory.start(kernels.heapBase());
  return { kernels, memory };
}
