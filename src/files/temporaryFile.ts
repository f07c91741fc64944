import { randomBytes } from "node:crypto";
import type { Stats } from "node:fs";
import { chmod, chown, type FileHandle, lstat, open, readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { encodeUtf8, utf8Decoder } from "../formats/utf8.js";

/** Bytes of the target's name in a temporary one, so that it stays short where its target's is as long as can be. */
const NAME_BYTES = 100;
/** Permissions; without those that let a program run as somebody else. */
export const MODE_BITS = 0o777;
const ENDING = ".isthmus.tmp";
/** As long as nobody writes one file, in ms: an older temporary file is left from a process that was killed. */
const ABANDONED = 3_600_000;

/** Errors of `fsync` that say that there is none here, not that a disk failed. */
const WITHOUT_FSYNC = ["ERR_ACCESS_DENIED", "EINVAL", "ENOTSUP", "ENOSYS"];

/**
 * A new name beside a target. It is random: process ids repeat in containers, and the threads of a process and the two
 * copies of this library (`import` and `require`) share one.
 */
export function temporaryName(target: string): string {
  const random = randomBytes(6).toString("hex");
  return join(dirname(target), `${prefix(target)}${random}${ENDING}`);
}

function prefix(target: string): string {
  const name = encodeUtf8(basename(target)).subarray(0, NAME_BYTES);
  // A character that was cut in the middle is left out.
  const whole = utf8Decoder().decode(name, { stream: true });
  return `.${whole}.`;
}

/**
 * Fills a new file and flushes it to the disk, as far as the system has a flush.
 *
 * @param path where the file is
 * @param like whose mode and owner it gets, as far as they may be given
 * @returns when it was written, by the clock of its file system, in ms
 */
export async function fill(
  file: FileHandle,
  path: string,
  bytes: Uint8Array,
  like: Stats | undefined,
): Promise<number> {
  await file.writeFile(bytes);
  if (like) await takeAfter(file, path, like);
  await file.sync().catch((error: NodeJS.ErrnoException) => {
    if (!WITHOUT_FSYNC.includes(error.code ?? "")) throw error;
  });
  return (await file.stat()).mtimeMs;
}

/** Gives a file another one's owner and mode. */
async function takeAfter(file: FileHandle, path: string, { uid, gid, mode }: Stats): Promise<void> {
  const own = await file.stat();
  if (own.uid !== uid || own.gid !== gid) {
    // Only root gives files away; a group may be given by its members.
    await chown(path, uid, gid).catch(() => chown(path, -1, gid).catch(() => undefined));
  }
  // After the owner, since a new owner resets bits of the mode.
  await chmod(path, mode & MODE_BITS).catch(() => undefined);
}

/** Flushes a folder, so that a new name in it outlasts a power failure; where that is impossible, it is left. */
export async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, "r").catch(() => undefined);
  try {
    await folder?.sync();
  } catch {
    // The file itself has been flushed, and is whole under its old or its new name.
  } finally {
    await folder?.close();
  }
}

/**
 * Removes temporary files of a target that killed processes have left: those of this module's names that are an hour
 * older than one that has just been written.
 *
 * @param now when that was
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
    // They are in nobody's way.
  }
}
