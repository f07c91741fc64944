import { realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { followLinks } from "../files/target.js";
import { ArgumentError } from "../index.js";
import { assertWritable } from "../node.js";
import { confirmReplacing } from "./replacing.js";

/** The files of a command, by option or argument; undefined if one was not given. */
export type Files = Readonly<Record<string, string | undefined>>;

/** Endings of other formats. A model saved under such a name would be mistaken for another kind of file. */
const FOREIGN =
  /\.(csv|tsv|txt|json|npy|npz|idx|gz|zip|parquet|arrow|feather|html?|svg|png|jpe?g|onnx|keras|h5|hdf5|pth?|pkl)$/i;

/** @throws {ArgumentError} if a path has the ending of another file format */
export function checkModelEnding(option: string, path: string): void {
  const [ending] = FOREIGN.exec(path) ?? [];
  if (ending === undefined) return;
  throw new ArgumentError(
    `${option} ${JSON.stringify(path)} ends in ${ending}, but the file will be a model; use .safetensors`,
  );
}

/** Outputs that continue what an input has. */
const CONTINUED = ["--checkpoint", "--log"];

/**
 * Checks, before any work, that all outputs can be written and that none of them would replace an input or another
 * output. On a terminal, asks before existing files are replaced; training that resumes continues its checkpoint and log.
 *
 * @throws {ArgumentError} for such a file, and for an impossible path
 * @throws {IsthmusError} of code `ERR_FILE` when the system refuses to write one
 */
export async function checkOutputs(outputs: Files, inputs: Files): Promise<void> {
  const seen: { name: string; file: string }[] = [];
  for (const [name, path] of Object.entries(inputs)) {
    if (path !== undefined) seen.push({ name, file: await fileOf(path) });
  }
  for (const [name, path] of Object.entries(outputs)) {
    if (path === undefined) continue;
    await assertWritable(path);
    if (await isDevice(path)) continue;
    const file = await fileOf(path);
    const other = seen.find(
      (one) => one.file === file && !(name === "--checkpoint" && one.name === "--resume"),
    );
    if (other) {
      throw new ArgumentError(
        `${name} ${JSON.stringify(path)} is also the file of ${other.name} and would overwrite it`,
      );
    }
    seen.push({ name, file });
  }
  const resumes = inputs["--resume"] !== undefined;
  const replaced = Object.entries(outputs).filter(([name]) => !resumes || !CONTINUED.includes(name));
  await confirmReplacing(replaced.flatMap(([, path]) => path ?? []));
}

/** A device or a pipe is not replaced, so several outputs may go to it. */
async function isDevice(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && !found.isFile();
}

/** An identity of a file that is the same for all paths to it, whether it exists or not. */
async function fileOf(path: string): Promise<string> {
  const target = await followLinks(path).catch(() => path);
  const inFolder = async () => join(await realpath(dirname(target)), basename(target));
  return realpath(target)
    .catch(inFolder)
    .catch(() => resolve(target));
}
