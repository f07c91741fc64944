// onnxruntime-web, as a page has it, in Node: one thread of WebAssembly.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { Case, Verdict } from "./cases.js";

/** The part of its API that is used here. */
interface Runtime {
  readonly env: { readonly wasm: { numThreads: number }; logLevel: string };
  readonly Tensor: new (type: string, data: unknown, shape: readonly number[]) => Tensor;
  readonly InferenceSession: { create(bytes: Uint8Array): Promise<Session> };
}
interface Tensor {
  readonly data: ArrayLike<number>;
}
interface Session {
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
  release(): Promise<void>;
}

const home = new URL("../../anywhere/package.json", import.meta.url);

/** Undefined where it is not installed. */
export async function onnxruntimeWeb(): Promise<Runtime | undefined> {
  if (!existsSync(new URL("node_modules/onnxruntime-web", home))) return undefined;
  const path = createRequire(home).resolve("onnxruntime-web").replace(/\.js$/, ".mjs");
  const runtime = (await import(/* @vite-ignore */ pathToFileURL(path).href)) as Runtime;
  runtime.env.wasm.numThreads = 1;
  runtime.env.logLevel = "error";
  return runtime;
}

/** Runs models; verdicts are in the order of the cases. */
export async function checkOnWeb(runtime: Runtime, cases: readonly Case[]): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const { name, bytes, inputs, outputs } of cases) {
    try {
      const session = await runtime.InferenceSession.create(bytes);
      const feeds = Object.entries(inputs).map(([input, { type, shape, data }]) => {
        if (type === "string") return [input, new runtime.Tensor(type, data, shape)] as const;
        const numbers = Float64Array.from(data as number[], (x) => x ?? Number.NaN);
        const [kind, values] =
          type === "double" ? ["float64", numbers] : ["float32", Float32Array.from(numbers)];
        return [input, new runtime.Tensor(kind as string, values, shape)] as const;
      });
      const given = await session.run(Object.fromEntries(feeds));
      const differences = Object.entries(outputs).map(([output, wanted]) => {
        const { data } = given[output]!;
        return [
          output,
          Math.max(...wanted.map((value, i) => (value === data[i] ? 0 : Math.abs(value - data[i]!)))),
        ];
      });
      await session.release();
      verdicts.push({ name, differences: Object.fromEntries(differences) });
    } catch (error) {
      verdicts.push({ name, error: String(error) });
    }
  }
  return verdicts;
}
