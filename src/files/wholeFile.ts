import { open, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { type FilePath, filePath } from "./filePath.js";
import { findTarget, isDenied, refused, type Target } from "./target.js";
import { fill, flushFolder, MODE_BITS, sweep, temporaryName } from "./temporaryFile.js";

/** Targets whose leftovers this process has looked for. */
const swept = new Set<string>();
const MOST_SWEPT = 1000;

/**
 * Writes a file whole or not at all: a temporary file beside it is flushed to the disk and takes its name. Mode and
 * owner of a file that is replaced are kept, and links are followed.
 *
 * Two kinds of files cannot be replaced and are written in place: those that Node's permission model
 * (`--allow-fs-write`) allows alone, without their folder, and those that are mounted alone, as into a container.
 *
 * @throws {ArgumentError} when the folder does not exist, or there is a folder of that name
 * @throws {IsthmusError} of code `ERR_FILE` when the system refuses to write
 */
export async function writeWhole(where: FilePath, bytes: Uint8Array): Promise<void> {
  const path = filePath(where);
  const target = await findTarget(path);
  try {
    // A device or a pipe has no content to lose, and must not be replaced by a file.
    if (target.existing && !target.existing.isFile()) return await writeFile(path, bytes);
    await replace(target, bytes).catch(async (error: NodeJS.ErrnoException) => {
      // Another process took the temporary file for a leftover, after this one had been stopped for long.
      if (error.code === "ENOENT") return replace(target, bytes);
      if (!isDenied(error) && error.code !== "EBUSY") throw error;
      await writeFile(target.path, bytes);
    });
  } catch (error) {
    throw refused(path, error);
  }
}

async function replace({ path, existing }: Target, bytes: Uint8Array): Promise<void> {
  const temporary = temporaryName(path);
  // Only what this call has made is ever removed: a name that is taken ends it here.
  const file = await open(temporary, "wx", existing && existing.mode & MODE_BITS);
  try {
    const written = await fill(file, temporary, bytes, existing).finally(() => file.close());
    await rename(temporary, path);
    await flushFolder(dirname(path));
    await sweepOnce(path, written);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Once for each file is enough: leftovers are those of earlier processes. */
async function sweepOnce(path: string, now: number): Promise<void> {
  if (swept.has(path)) return;
  if (swept.size === MOST_SWEPT) swept.clear();
  swept.add(path);
  await sweep(path, now);
}

/**
 * Checks that a file can be written to `path`: call it before work whose result will go there. It makes an empty
 * temporary file beside it, as writing will, and removes it; a file that is there stays as it is.
 *
 * @throws {ArgumentError} when the folder does not exist, or there is a folder of that name
 * @throws {IsthmusError} of code `ERR_FILE` when the folder or the file may not be written to
 */
export async function assertWritable(where: FilePath): Promise<void> {
  const path = filePath(where);
  const target = await findTarget(path);
  if (target.existing && !target.existing.isFile()) return;
  const temporary = temporaryName(target.path);
  try {
    await (await open(temporary, "wx")).close();
    await rm(temporary, { force: true });
  } catch (error) {
    if (!isDenied(error) || !mayWrite(target.path)) throw refused(path, error);
  }
}

/** Whether Node's permission model allows one file, though not its folder. */
function mayWrite(path: string): boolean {
  const { permission } = process as { permission?: { has(scope: string, reference: string): boolean } };
  return permission?.has("fs.write", path) ?? false;
}
