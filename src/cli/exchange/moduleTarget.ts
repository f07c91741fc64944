import { basename, extname } from "node:path";
import type { ExportedModule } from "../../exchange/exporting.js";
import type { ExportSubject, ExportTarget, ExportTools } from "./exportTarget.js";

/** `--to module`: one JavaScript file, with its types beside it. */
export const moduleTarget: ExportTarget = {
  summary: "one JavaScript file that imports nothing and runs anywhere, also at the edge",
  out: "file",
  endings: [".js", ".mjs"],
  takes: ["weights"],
  async export(subject, { weights = "f32", out = "model.js" }, { exportModule }) {
    const ending = extname(out);
    const name = basename(out, ending);
    const exported = exportSubject(exportModule, subject, { weights, name: name.replace(/[^\w.-]/g, "_") });
    const [script, types] = exported.files;
    const declarations = ending.toLowerCase() === ".mjs" ? `${name}.d.mts` : `${name}.d.ts`;
    return {
      files: [script, { name: declarations, bytes: types.bytes }],
      notes: [
        `exports ${exported.names.join(", ")}`,
        ...(weights === "f32"
          ? []
          : [`weights differ by at most ${exported.largestDifference.toPrecision(2)} (${weights})`]),
      ],
    };
  },
};

function exportSubject(
  exportModule: ExportTools["exportModule"],
  subject: ExportSubject,
  options: { readonly weights: "f32" | "f16" | "bf16"; readonly name: string },
): ExportedModule {
  switch (subject.holds) {
    case "model":
      return exportModule(subject.model, options);
    case "detector":
      return exportModule(subject.detector, options);
    case "tableDetector": {
      const { detector, preprocessor, window } = subject.table;
      return exportModule(detector, { ...options, preprocessor, ...(window && { window }) });
    }
  }
}
