// Models that Keras makes here and now come in with the same outputs, from both of its formats.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { buildImported, readModel } from "../../src/exchange/importing.js";
import { findPython } from "../formats/helpers.js";
import { expectClose } from "../support/models.js";

process.env.KERAS_BACKEND ??= "numpy";
const SCRIPT = fileURLToPath(new URL("keras_imports.py", import.meta.url));

test("models of Keras give the same outputs here", async (context) => {
  const python = findPython("numpy, jax, keras, h5py");
  if (python === undefined) return context.skip("there is no python3 with keras, jax and h5py");
  const folder = mkdtempSync(join(tmpdir(), "isthmus-keras-"));
  try {
    execFileSync(python, ["-B", SCRIPT, folder], { stdio: ["ignore", "pipe", "ignore"] });
    const files = readdirSync(folder).filter((name) => !name.endsWith(".json"));
    expect(files.length).toBe(12);
    for (const file of files) {
      const { samples, outputs } = JSON.parse(
        readFileSync(join(folder, `${file.split(".")[0]}.json`), "utf8"),
      );
      const read = readModel(new Uint8Array(readFileSync(join(folder, file))));
      if (file.startsWith("nested")) expect(read.encoderDepth, file).toBe(5);
      if (file.startsWith("scaled")) expect(read.scaling?.offset[4], file).toBe(5.5);
      const model = await buildImported(read, { engine: { threads: 1 } });
      const found = model.reconstructSync(Float32Array.from(samples)).data;
      expectClose(found, outputs, { absolute: 1e-5, relative: 1e-5 }, `output of ${file}`);
      await model.dispose();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 120_000);
