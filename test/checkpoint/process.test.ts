import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Autoencoder, adam, dense, modelCheckpoint, sgd } from "../../src/index.js";
import { checkpointFile, loadCheckpoint, loadModel, saveCheckpoint } from "../../src/node.js";
import { failure, MATHS, weightBits } from "../support/models.js";

const child = fileURLToPath(new URL("./child.mjs", import.meta.url));
/** As in test/support/relaxedSimd.ts: the same build of the kernels here and there. */
const SWITCHES = Number(process.versions.node.split(".")[0]) < 21 ? ["--experimental-wasm-relaxed-simd"] : [];
let folder = "";
const at = (name: string) => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-checkpoint-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As in child.mjs. */
const samples = Float32Array.from({ length: 200 * 40 }, (_, i) => ((i * 2654435761) % 1000) / 1000);

describe.each(MATHS)("%s", (math) => {
  test.each([
    ["adam", adam({ learningRate: 0.01 })],
    ["sgd with momentum", sgd({ learningRate: 0.05, momentum: 0.9 })],
  ])("%s goes on in another process, on 1, 2 and 3 threads, to the same bits", async (name, optimizer) => {
    const model = await Autoencoder.create({
      inputSize: 40,
      encoder: [dense(64, "tanh"), dense(8)],
      decoder: [dense(64, "tanh"), dense(40)],
      optimizer,
      engine: { math, threads: 1 },
    });
    const files: string[] = [];
    const save = async (_: Uint8Array, { epoch }: { epoch: number }) => {
      files.push(at(`${math}-${name}-${epoch}`));
      await saveCheckpoint(files.at(-1)!, model);
    };
    const options = { epochs: 4, batchSize: 48, validationSplit: 0.1 };
    const { loss, valLoss } = await model.fit(samples, {
      ...options,
      callbacks: [modelCheckpoint({ save })],
    });
    const hash = createHash("sha256");
    for (const { data } of model.getWeights()) hash.update(new Uint8Array(data.buffer));
    const expected = { weights: hash.digest("hex"), loss, valLoss };
    for (const [index, threads] of [1, 2, 3].entries()) {
      const args = [child, "resume", files[index]!, String(threads), math];
      const { stdout } = await promisify(execFile)(process.execPath, [...SWITCHES, ...args]);
      expect(JSON.parse(stdout)).toEqual(expected);
    }
    await model.dispose();
  });
});

/** Waits for the next output of a process; throws when it ends instead. */
function output(running: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    running.stdout!.once("data", (data) => resolve(String(data)));
    running.once("exit", (code) => reject(new Error(`ended with ${code}`)));
  });
}

test("a process that is killed while it writes leaves a whole checkpoint, and the next one writes on", async () => {
  const path = at("killed.safetensors");
  const temporary = () => readdirSync(folder).filter((name) => name.endsWith(".tmp"));
  let unfinished = 0;
  // A kill may come when the write has just ended; some come in its middle. What they leave stays there.
  for (let round = 0; round < 60 && unfinished < 4; round++) {
    const running = spawn(process.execPath, [child, "write", path], { stdio: ["ignore", "pipe", "inherit"] });
    const ended = new Promise((resolve) => running.once("close", resolve));
    // At least one is whole by then; the kill comes in the course of another.
    await output(running);
    while (temporary().length === unfinished && running.exitCode === null) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    running.kill("SIGKILL");
    await ended;
    unfinished = temporary().length;
    const model = await loadCheckpoint(path);
    expect(model.history.loss.length).toBe(1);
    await model.dispose();
  }
  expect(unfinished).toBeGreaterThan(0);
  for (const name of temporary()) rmSync(at(name));
});

test("checkpointFile keeps one whole file, which is read as a checkpoint and as a model", async () => {
  const create = () => Autoencoder.create({ inputSize: 40, encoder: [dense(4)], decoder: [dense(40)] });
  const model = await create();
  const path = at("kept.safetensors");
  const seen: number[] = [];
  await model.fit(samples, {
    epochs: 5,
    callbacks: [
      checkpointFile(path, { every: 2 }),
      {
        async onEpochEnd({ epoch }) {
          if (epoch === 1) return;
          const kept = await loadCheckpoint(path);
          seen.push(kept.history.loss.length);
          await kept.dispose();
        },
      },
    ],
  });
  expect(seen).toEqual([2, 2, 4, 5]);
  expect(weightBits(await loadModel(path))).toBe(weightBits(model));
  expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  const error = await failure(() => model.fit(samples, { callbacks: [checkpointFile(at("none/x"))] }));
  expect((error as Error).message).toMatch(/there is no folder .*none/);
  await expect(loadCheckpoint(at("missing"))).rejects.toThrow(/File not found: /);
});
