import { constants, type Stats } from "node:fs";
import { access, readlink, realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, sep } from "node:path";
import { ArgumentError, IsthmusError } from "../common/errors.js";

/** As many as Linux follows (path_resolution(7)). */
const MOST_LINKS = 40;

/** Where the bytes of a path go. */
export interface Target {
  /** The file itself: links are followed, also those that lead to a file that is still to be made. */
  readonly path: string;
  /** What is there already. */
  readonly existing: Stats | undefined;
}

/**
 * Finds where the bytes of a path go.
 *
 * @throws {ArgumentError} when the folder does not exist, or there is a folder of that name
 * @throws {IsthmusError} of code `ERR_FILE` when the file is there and may not be written to
 */
export async function findTarget(path: string): Promise<Target> {
  try {
    const existing = await ifThere(stat(path));
    if (existing?.isDirectory()) throw new ArgumentError(`${path} cannot be written: it is a folder`);
    // What a device or a pipe leads to is the system's affair.
    if (existing !== undefined && !existing.isFile()) {
      await access(path, constants.W_OK);
      return { path, existing };
    }
    const target = await followLinks(path);
    const folder = dirname(target);
    const parent = await ifThere(stat(folder));
    if (!parent) throw new ArgumentError(`${path} cannot be written: there is no folder ${folder}`);
    if (!parent.isDirectory())
      throw new ArgumentError(`${path} cannot be written: ${folder} is not a folder`);
    if (existing) await access(target, constants.W_OK);
    return { path: target, existing };
  } catch (error) {
    // Without the permission to look (`--allow-fs-read`), writing may still be allowed.
    if (isDenied(error)) return { path, existing: undefined };
    throw refused(path, error);
  }
}

/** The file that a path leads to, whether it exists or not. */
export async function followLinks(path: string): Promise<string> {
  let target = path;
  for (let links = 0; links <= MOST_LINKS; links++) {
    const folder = await ifThere(realpath(dirname(target)));
    // Paths are shown to users, so one that needs no change stays as it was written.
    if (folder === undefined) return target;
    const link = await readlink(target).catch(() => undefined);
    if (link === undefined) return links === 0 ? target : join(folder, basename(target));
    // Not `join`: it would take "x/.." away, although x may be a link, too.
    target = isAbsolute(link) ? link : `${folder}${sep}${link}`;
  }
  throw new ArgumentError(`${path} cannot be written: it is a link that leads back to itself`);
}

/** What a look at a file finds; undefined when there is nothing. */
async function ifThere<T>(look: Promise<T>): Promise<T | undefined> {
  return look.catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
}

/** Whether Node's permission model (`--permission`) has refused something. */
export function isDenied(error: unknown): boolean {
  return (error as NodeJS.ErrnoException)?.code === "ERR_ACCESS_DENIED";
}

/** The error of a file that cannot be written. */
export function refused(path: string, cause: unknown): IsthmusError {
  if (cause instanceof IsthmusError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new IsthmusError("ERR_FILE", `${path} cannot be written: ${reason}`, { cause });
}
