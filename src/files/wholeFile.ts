import { open, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { type FilePath, filePath } from "./filePath.js";
import { findTarget, isDenied, refused, type Target } from "./target.js";
import { fill, flushFolder, MODE_BITS, sweep, temporaryName } from "./temporaryFile.js";

/** Targets whose leftovers this process has already removed. */
const swept = new Set<string>();
const MOST_SWEPT = 1000;

/**
 * Writes a file completely or not at all: a temporary file next to it is flushed to the disk and then renamed. It keeps the
 * mode and owner of a file that it replaces, and follows links.
 *
 * Two kinds of files cannot be replaced and are overwritten in place: those that Node's permission model
 * (`--allow-fs-write`) permits without their folder, and single files mounted into a container.
 *
 * @throws {ArgumentError} if the folder does not exist, or the path is a folder
 * @throws {IsthmusError} with code `ERR_FILE` if the system refuses to write
 */
export async function writeWhole(where: FilePath, bytes: Uint8Array): Promise<void> {
  const path = filePath(where);
  const target = await findTarget(path);
  try {
    // A device or a pipe has no contents to lose, and a file must not replace it.
    if (target.existing && !target.existing.isFile()) return await writeFile(path, bytes);
    await replace(target, bytes).catch(async (error: NodeJS.ErrnoException) => {
      // Another process took the temporary file for a leftover, because this process was suspended for long.
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
  // Fails if the name exists, so that this call only ever removes its own file.
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

/** Once per file is enough, because leftovers come from earlier processes. */
async function sweepOnce(path: string, now: number): Promise<void> {
  if (swept.has(path)) return;
  if (swept.size === MOST_SWEPT) swept.clear();
  swept.add(path);
  await sweep(path, now);
}

/**
 * Checks that a file can be written to `path`. Call it before work whose result goes there. It creates and removes an empty
 * temporary file, as writing would; an existing file stays as it is.
 *
 * @throws {ArgumentError} if the folder does not exist, or the path is a folder
 * @throws {IsthmusError} with code `ERR_FILE` if the folder or the file may not be written
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

/** Whether Node's permission model allows this file, although not its folder. */
function mayWrite(path: string): boolean {
  const { permission } = process as { permission?: { has(scope: string, reference: string): boolean } };
  return permission?.has("fs.write", path) ?? false;
}
