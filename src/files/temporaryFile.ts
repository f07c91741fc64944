import { randomBytes } from "node:crypto";
import type { Stats } from "node:fs";
import { chmod, chown, type FileHandle, lstat, open, readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { encodeUtf8, utf8Decoder } from "../formats/utf8.js";

/** Maximum number of bytes from the target's name, so that temporary names stay within the system's limit. */
const NAME_BYTES = 100;
/** Permission bits, without set-user-ID and set-group-ID. */
export const MODE_BITS = 0o777;
const ENDING = ".isthmus.tmp";
/** Age in ms after which a temporary file must be left over from a killed process. */
const ABANDONED = 3_600_000;

/** Errors that mean that `fsync` is not available here, not that a disk failed. */
const WITHOUT_FSYNC = ["ERR_ACCESS_DENIED", "EINVAL", "ENOTSUP", "ENOSYS"];

/**
 * A new name next to a target. It is random because process ids are not unique: they repeat in containers, and threads and
 * the two copies of this library (`import` and `require`) share one.
 */
export function temporaryName(target: string): string {
  const random = randomBytes(6).toString("hex");
  return join(dirname(target), `${prefix(target)}${random}${ENDING}`);
}

function prefix(target: string): string {
  const name = encodeUtf8(basename(target)).subarray(0, NAME_BYTES);
  // Drop a character that was cut in the middle.
  const whole = utf8Decoder().decode(name, { stream: true });
  return `.${whole}.`;
}

/**
 * Writes a new file and flushes it to the disk if the system can.
 *
 * @param path the file's path
 * @param like the file whose mode and owner to copy, if permitted
 * @returns the time of writing in ms, by the file system's clock
 */
export async function fill(
  file: FileHandle,
  path: string,
  bytes: Uint8Array,
  like: Stats | undefined,
): Promise<number> {
  await file.writeFile(bytes);
  if (like) await takeAfter(file, path, like);
  await flush(file);
  return (await file.stat()).mtimeMs;
}

/** Flushes a file to the disk, if the system can. */
export async function flush(file: FileHandle): Promise<void> {
  await file.sync().catch((error: NodeJS.ErrnoException) => {
    if (!WITHOUT_FSYNC.includes(error.code ?? "")) throw error;
  });
}

/** Copies the owner and the mode of another file. */
async function takeAfter(file: FileHandle, path: string, { uid, gid, mode }: Stats): Promise<void> {
  const own = await file.stat();
  if (own.uid !== uid || own.gid !== gid) {
    // Only root can change the owner; members of a group can set the group.
    await chown(path, uid, gid).catch(() => chown(path, -1, gid).catch(() => undefined));
  }
  // After the owner, because changing the owner resets mode bits.
  await chmod(path, mode & MODE_BITS).catch(() => undefined);
}

/** Flushes a folder, if possible, so that a new name in it survives a power failure. */
export async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, "r").catch(() => undefined);
  try {
    await folder?.sync();
  } catch {
    // The file itself has been flushed, so it is complete under its old or its new name.
  } finally {
    await folder?.close();
  }
}

/**
 * Removes temporary files of a target that killed processes left behind: those with this module's names that are an hour
 * older than the file just written.
 *
 * @param now when that file was written, in ms
 */
export async function sweep(target: string, now: number): Promise<void> {
  const [folder, start] = [dirname(target), prefix(target)];
  try {
    for (const name of await readdir(folder)) {
      if (!name.startsWith(start) || !/^[0-9a-f]{12}\.isthmus\.tmp$/.test(name.slice(start.length))) continue;
      const path = join(folder, name);
      const found = await lstat(path);
      if (found.isFile() && now - found.mtimeMs > ABANDONED) await rm(path, { force: true });
    }
  } catch {
    // Leftovers do no harm.
  }
}
