import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { Autoencoder } from "../../src/index.js";
import { findPython } from "../formats/helpers.js";
import { KINDS, WIDTH } from "../support/kinds.js";
import { values } from "../support/models.js";

// Tied decoders have no weights of their own in the file, so a module of PyTorch that is not tied misses some.
const MODELS = KINDS.filter(([, { tied }]) => !tied);
const SCRIPT = fileURLToPath(new URL("torch_models.py", import.meta.url));

test("PyTorch loads the weights of every kind of layer strictly, and gives the same outputs", async (context) => {
  const python = findPython("numpy, torch, safetensors.torch");
  if (python === undefined) return context.skip("there is no python3 with torch and safetensors");
  const folder = mkdtempSync(join(tmpdir(), "isthmus-torch-"));
  try {
    const samples = values(20, WIDTH, 5, 0.02, 0.98);
    for (const [index, [, options]] of MODELS.entries()) {
      const model = await Autoencoder.create({ ...options, engine: { threads: 1 } });
      await model.fit(samples, { epochs: 20, batchSize: 5 });
      const reconstructions = [...model.reconstructSync(samples).data];
      writeFileSync(join(folder, `${index}.safetensors`), model.toSafetensors());
      writeFileSync(
        join(folder, `${index}.json`),
        JSON.stringify({ samples: [...samples], reconstructions }),
      );
      await model.dispose();
    }
    const found = JSON.parse(execFileSync(python, ["-B", SCRIPT, folder], { encoding: "utf8" }));
    MODELS.forEach(([name], index) => {
      expect(found[index], name).toBeLessThan(1e-5);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
