import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Command, Option } from "commander";
import { hasDetector } from "../../anomaly/detectorFile.js";
import { hasLearntTable } from "../../anomaly/learntTable.js";
import { openTableDetector } from "../../anomaly/tableDetector.js";
import { printable } from "../../common/printable.js";
import type { ExportedFile } from "../../exchange/exportedFile.js";
import { inPath } from "../../files/inPath.js";
import { AnomalyDetector, ArgumentError, Autoencoder } from "../../index.js";
import { loadSafetensors, saveBytes } from "../../node.js";
import type { Exported, ExportFlags, ExportSubject, ExportTarget } from "../exchange/exportTarget.js";
import { EXPORT_TARGETS } from "../exchange/exportTargets.js";
import { addJsonOption } from "../options.js";
import { checkOutputs } from "../outputs.js";
import { confirmReplacing } from "../replacing.js";
import { emit, say } from "../terminal.js";
import { fileSize } from "../text.js";

export function exportCommand(): Command {
  const command = new Command("export")
    .helpGroup("Other tools:")
    .description("Write a saved model or detector for another tool.")
    .argument("<model>", "a model or checkpoint of train, or a detector of detect --save")
    .addOption(
      new Option("--to <tool>", "what to write").choices(Object.keys(EXPORT_TARGETS)).makeOptionMandatory(),
    )
    .requiredOption("--out <path>", "the file or folder to write")
    .addOption(
      new Option("--part <part>", "the whole model, or one half").choices(["model", "encoder", "decoder"]),
    )
    .addOption(
      new Option("--weights <type>", "how weights are stored").choices(["f32", "f16", "bf16"]).default("f32"),
    )
    .addOption(
      new Option("--input <input>", "what the export takes of a table").choices(["columns", "features"]),
    );
  return addJsonOption(command).addHelpText("after", help()).action(run);
}

function help(): string {
  const targets = Object.entries(EXPORT_TARGETS).map(
    ([name, { summary }]) => `  ${name.padEnd(12)}${summary}`,
  );
  return `\n${targets.join("\n")}`;
}

interface ExportOptions extends ExportFlags {
  to: string;
  out: string;
  json?: true;
}

async function run(path: string, { to, out, json, ...flags }: ExportOptions): Promise<void> {
  const target = EXPORT_TARGETS[to]!;
  checkEnding(to, target, out);
  checkFlags(to, target, flags);
  if (target.out === "file") await checkOutputs({ "--out": out }, { model: path });
  else await confirmReplacing([out]);
  const subject = await open(path);
  const { files, notes = [] } = await exportAndClose(target, subject, { ...flags, out });
  await write(target, out, files);
  if (json)
    emit({
      event: "export",
      to,
      out,
      files: files.map(({ name, bytes }) => ({ name, bytes: bytes.length })),
      notes,
    });
  else {
    const lines = files.map(
      ({ bytes }, i) => `${placeOf(target, out, files, i)} (${fileSize(bytes.length)})`,
    );
    for (const line of [...lines, ...notes]) say(printable(line));
  }
}

function checkEnding(to: string, { endings }: ExportTarget, out: string): void {
  if (!endings || endings.some((ending) => out.toLowerCase().endsWith(ending))) return;
  throw new ArgumentError(`--out ${JSON.stringify(out)} must end in ${endings.join(" or ")} for --to ${to}`);
}

/** What the options mean that nobody gave. */
const USUAL: ExportFlags = { part: "model", weights: "f32" };

/** @throws {ArgumentError} for an option that the tool would ignore */
function checkFlags(to: string, { takes }: ExportTarget, flags: ExportFlags): void {
  for (const name of ["part", "weights", "input"] as const) {
    const value = flags[name];
    if (value === undefined || value === USUAL[name] || takes.includes(name)) continue;
    const others = Object.entries(EXPORT_TARGETS).filter(([, target]) => target.takes.includes(name));
    throw new ArgumentError(
      `--${name} ${value} is not for --to ${to}, but for ${others.map(([other]) => other).join(", ")}`,
    );
  }
}

/** Opens whatever Isthmus saves. */
async function open(path: string): Promise<ExportSubject> {
  const file = await loadSafetensors(path);
  const options = { engine: { threads: 1 } };
  return inPath(path, async () => {
    if (hasLearntTable(file.metadata)) {
      return { holds: "tableDetector", table: await openTableDetector(file, options) } as const;
    }
    if (hasDetector(file.metadata)) {
      const detector = await AnomalyDetector.fromSafetensors(file, options);
      return { holds: "detector", detector, model: detector.model } as const;
    }
    const checkpoint = file.metadata.training !== undefined;
    const model = await (checkpoint
      ? Autoencoder.fromCheckpoint(file, options)
      : Autoencoder.fromSafetensors(file, options));
    return { holds: "model", model } as const;
  });
}

async function exportAndClose(
  target: ExportTarget,
  subject: ExportSubject,
  flags: ExportFlags,
): Promise<Exported> {
  try {
    return await target.export(subject, flags, await import("../../exchange/exporting.js"));
  } finally {
    await (subject.holds === "tableDetector" ? subject.table.detector : subject.model).dispose();
  }
}

/** Writes all files; a folder that this call made goes again if one of them fails. */
async function write(target: ExportTarget, out: string, files: readonly ExportedFile[]): Promise<void> {
  if (target.out === "file") {
    for (const [index, { bytes }] of files.entries())
      await saveBytes(placeOf(target, out, files, index), bytes);
    return;
  }
  const made = await mkdir(out, { recursive: true });
  try {
    for (const { name, bytes } of files) {
      await mkdir(dirname(join(out, name)), { recursive: true });
      await saveBytes(join(out, name), bytes);
    }
  } catch (error) {
    if (made !== undefined) await rm(made, { recursive: true, force: true });
    throw error;
  }
}

/** Where a file goes: the only one or the first of a target of one file is `out`, others lie beside it. */
function placeOf(target: ExportTarget, out: string, files: readonly ExportedFile[], index: number): string {
  const { name } = files[index]!;
  if (target.out === "folder") return join(out, name);
  return index === 0 ? out : join(dirname(out), name);
}
