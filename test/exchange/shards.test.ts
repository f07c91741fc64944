// Exported runs read NPY, IDX and Parquet shards alike, and none of their processes holds all of the data.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { platform, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { exportTorchrun } from "../../src/exchange/exporting.js";
import { findPython } from "../formats/helpers.js";
import { smallModel, values } from "../support/models.js";

const SCRIPT = fileURLToPath(new URL("shard_memory.py", import.meta.url));

/** What a process had of the shards. */
interface Part {
  /** Bytes by which its own memory grew. */
  readonly grown: number;
  readonly rows: number;
  readonly total: number;
  readonly first: number;
}

test("two processes read each row of the shards once, and hold a small part of them", async (context) => {
  const python = findPython("numpy, torch, pyarrow");
  if (!python) return context.skip("there is no python3 with torch and pyarrow");
  if (platform() !== "linux") return context.skip("how much memory is a process's own is read from /proc");
  const model = await smallModel();
  await model.fit(values(9, 6), { epochs: 1 });
  const folder = mkdtempSync(join(tmpdir(), "isthmus-shards-"));
  try {
    const program = exportTorchrun(model).find(({ name }) => name === "data.py")!;
    writeFileSync(join(folder, program.name), program.bytes);
    const { bytes, formats, whole } = JSON.parse(
      execFileSync(python, ["-B", SCRIPT, folder], { encoding: "utf8" }),
    ) as { bytes: number; formats: Record<string, Part[]>; whole: Part };
    // The measure itself: who reads everything holds everything.
    expect(whole.grown).toBeGreaterThan(0.9 * bytes);
    expect(Object.keys(formats)).toEqual(["npy", "idx", "parquet"]);
    const [reference] = Object.values(formats).map(sums);
    for (const [format, parts] of Object.entries(formats)) {
      for (const { grown, rows } of parts) {
        expect(grown, `${format}: bytes that a process of two holds`).toBeLessThan(bytes / 2);
        expect(rows).toBe(whole.rows / 2);
      }
      const { total, first } = sums(parts);
      // 0 + 1 + … + (rows − 1): each row once.
      expect(first, format).toBe((whole.rows * (whole.rows - 1)) / 2);
      expect(total, format).toBeCloseTo(reference!.total, 3);
    }
  } finally {
    rmSync(folder, { recursive: true });
    await model.dispose();
  }
});

function sums(parts: readonly Part[]) {
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  return { total: sum(parts.map(({ total }) => total)), first: sum(parts.map(({ first }) => first)) };
}
