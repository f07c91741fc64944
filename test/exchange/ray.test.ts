// A run that goes on under Ray Train, and the scores of its model by Ray Data.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "vitest";
import { exportRay } from "../../src/exchange/exporting.js";
import { encodeNpy } from "../../src/formats/npy.js";
import { Autoencoder, adam, dense } from "../../src/index.js";
import { findPython } from "../formats/helpers.js";
import { expectClose, values } from "../support/models.js";

const READ = `import json, sys
from pyarrow import parquet
print(json.dumps(parquet.read_table(sys.argv[1])["error"].to_pylist()))`;

test("Ray Train goes on where training stopped, and Ray Data scores", async (context) => {
  const python = findPython("ray, ray.data, torch, safetensors.torch, onnxruntime");
  if (python === undefined) return context.skip("there is no python3 with ray, torch and onnxruntime");
  const folder = mkdtempSync(join(tmpdir(), "isthmus-ray-"));
  const environment = { ...process.env, RAY_USAGE_STATS_ENABLED: "0", RAY_raylet_start_wait_time_s: "120" };
  const run = (...args: string[]) =>
    execFileSync(python, args, { cwd: folder, encoding: "utf8", stdio: "pipe", env: environment });
  const samples = values(64, 12, 7, 0.02, 0.98);
  const options = { inputSize: 12, encoder: [dense(5, "tanh")], decoder: [dense(12)], optimizer: adam(0.01) };
  const how = { batchSize: 16, shuffle: false };
  const [model, whole] = await Promise.all([Autoencoder.create(options), Autoencoder.create(options)]);
  try {
    await model.fit(samples, { ...how, epochs: 2 });
    for (const { name, bytes } of exportRay(model)) writeFileSync(join(folder, name), bytes);
    writeFileSync(join(folder, "samples.npy"), encodeNpy({ shape: [64, 12], data: samples }));
    run("ray_train.py", "--workers", "2", "--data", "samples.npy", "--epochs", "4");
    const back = await Autoencoder.fromCheckpoint(readFileSync(join(folder, "continued.safetensors")));
    const { loss } = await whole.fit(samples, { ...how, epochs: 4 });
    expectClose(back.history.loss, loss, { absolute: 1e-5 });
    await back.dispose();
    run("score.py", "--data", "samples.npy", "--out", "scores");
    const errors = JSON.parse(run("-c", READ, "scores")) as number[];
    expectClose(errors, model.reconstructionErrorSync(samples), { absolute: 1e-5 });
  } finally {
    await Promise.all([model.dispose(), whole.dispose()]);
    rmSync(folder, { recursive: true });
  }
}, 600_000);
