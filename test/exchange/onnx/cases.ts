// Models with inputs and the outputs that Isthmus gives for them, to be checked by others.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { exportOnnx, type OnnxExportOptions } from "../../../src/exchange/exporting.js";
import { AnomalyDetector, Autoencoder, type AutoencoderOptions } from "../../../src/index.js";
import { WIDTH } from "../../support/kinds.js";
import { values } from "../../support/models.js";

/** What a model takes. */
export interface CaseInput {
  readonly type: "float" | "double" | "string";
  readonly shape: readonly number[];
  /** NaN as null, as JSON has it. */
  readonly data: readonly (number | string | null)[];
}

/** A model with what it takes and what it should give. */
export interface Case {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly inputs: Readonly<Record<string, CaseInput>>;
  readonly outputs: Readonly<Record<string, readonly number[]>>;
}

/** What the checker says of a model. */
export interface Verdict {
  readonly name: string;
  readonly error?: string;
  readonly differences?: Readonly<Record<string, number>>;
  readonly nodes?: number;
}

const SCRIPT = fileURLToPath(new URL("check_onnx.py", import.meta.url));

/** Checks models by onnx and onnxruntime, in one process of Python; verdicts are in the order of the cases. */
export function checkInPython(python: string, cases: readonly Case[]): Verdict[] {
  const files = cases.flatMap(({ name, bytes, inputs, outputs }, index) => {
    const file = `${String(index).padStart(3, "0")} ${name.replaceAll("/", "-")}`;
    return [[`${file}.onnx`, bytes] as const, [`${file}.json`, JSON.stringify({ inputs, outputs })] as const];
  });
  return inPython(Object.fromEntries(files), (folder) =>
    JSON.parse(execFileSync(python, ["-B", SCRIPT, folder], { encoding: "utf8", maxBuffer: 1 << 26 })),
  );
}

/** Runs something in a folder with these files. */
export function inPython<T>(
  files: Readonly<Record<string, Uint8Array | string>>,
  run: (folder: string) => T,
): T {
  const folder = mkdtempSync(join(tmpdir(), "isthmus-onnx-"));
  try {
    for (const [name, contents] of Object.entries(files)) writeFileSync(join(folder, name), contents);
    return run(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Expects what was calculated to be what Isthmus calculates, and flags to be the same. */
export function expectAgreement(verdicts: readonly Verdict[], cases: readonly Case[]): void {
  expect(verdicts.map(({ error }) => error).filter(Boolean)).toEqual([]);
  verdicts.forEach(({ differences = {} }, i) => {
    const { name, outputs } = cases[i]!;
    expect(Object.keys(differences).sort(), name).toEqual(Object.keys(outputs).sort());
    for (const [output, difference] of Object.entries(differences)) {
      const largest = Math.max(1, ...outputs[output]!.map(Math.abs));
      expect(difference / largest, `${name}: ${output}`).toBeLessThanOrEqual(output === "flag" ? 0 : 1e-5);
    }
  });
}

export function floats(data: ArrayLike<number>, shape: readonly number[]): CaseInput {
  return { type: "float", shape, data: Array.from(data) };
}

export const ROWS = 9;

/** A model whose weights training has moved, with the outputs of all its parts, and of a detector made of it. */
export async function modelCases(
  name: string,
  options: AutoencoderOptions,
  exported: OnnxExportOptions = {},
  samples = values(ROWS, WIDTH, 5, 0.02, 0.98),
): Promise<Case[]> {
  const model = await Autoencoder.create({ ...options, engine: { threads: 1 } });
  try {
    await model.fit(samples, { epochs: 5, batchSize: 3 });
    // Not a share of the rows: nobody's last bits are the same, so no score may be the threshold itself.
    const detector = await AnomalyDetector.fit(model, samples, { sigma: 0.4 });
    const rows = samples.length / model.inputSize;
    const shape = [rows, ...model.inputShape];
    const codes = await model.encode(samples);
    const reconstruction = [...(await model.reconstruct(samples)).data];
    const score = await detector.score(samples);
    const flag = await detector.predict(samples);
    const input = floats(samples, shape);
    const part = (which: "encoder" | "decoder" | "model") =>
      exportOnnx(model, { ...exported, part: which }).bytes;
    return [
      { name, bytes: part("model"), inputs: { samples: input }, outputs: { reconstruction } },
      {
        name: `${name}: encoder`,
        bytes: part("encoder"),
        inputs: { samples: input },
        outputs: { code: [...codes.data] },
      },
      {
        name: `${name}: decoder`,
        bytes: part("decoder"),
        inputs: { code: floats(codes.data, [rows, ...model.latentShape]) },
        outputs: { reconstruction },
      },
      {
        name: `${name}: detector`,
        bytes: exportOnnx(detector, exported).bytes,
        inputs: { samples: input },
        outputs: { reconstruction, score: [...score], flag: [...flag] },
      },
    ];
  } finally {
    await model.dispose();
  }
}
