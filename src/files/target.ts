import { constants, type Stats } from "node:fs";
import { access, readlink, realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, sep } from "node:path";
import { ArgumentError, IsthmusError } from "../common/errors.js";

/** The limit of Linux (path_resolution(7)). */
const MOST_LINKS = 40;

/** The file that writing to a path changes. */
export interface Target {
  /** The path after following links, including links to a file that does not exist yet. */
  readonly path: string;
  /** The existing file, if any. */
  readonly existing: Stats | undefined;
}

/**
 * Finds the file that writing to a path changes.
 *
 * @throws {ArgumentError} if the folder does not exist, or the path is a folder
 * @throws {IsthmusError} with code `ERR_FILE` if the file exists but may not be written
 */
export async function findTarget(path: string): Promise<Target> {
  try {
    const existing = await ifThere(stat(path));
    if (existing?.isDirectory()) throw new ArgumentError(`${path} cannot be written: it is a folder`);
    // A device or a pipe is written to directly.
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

/** Follows links to a file, which need not exist. */
export async function followLinks(path: string): Promise<string> {
  let target = path;
  for (let links = 0; links <= MOST_LINKS; links++) {
    const folder = await ifThere(realpath(dirname(target)));
    // Users see these paths, so a path without links stays as it was given.
    if (folder === undefined) return target;
    const link = await readlink(target).catch(() => undefined);
    if (link === undefined) return links === 0 ? target : join(folder, basename(target));
    // Not `join`, which would remove "x/.." although x may also be a link.
    target = isAbsolute(link) ? link : `${folder}${sep}${link}`;
  }
  throw new ArgumentError(`${path} cannot be written: it is a link that leads back to itself`);
}

/** Returns undefined if there is no such file. */
async function ifThere<T>(look: Promise<T>): Promise<T | undefined> {
  return look.catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
}

/** Whether an error comes from Node's permission model (`--permission`). */
export function isDenied(error: unknown): boolean {
  return (error as NodeJS.ErrnoException)?.code === "ERR_ACCESS_DENIED";
}

/** The error for a file that cannot be written. */
export function refused(path: string, cause: unknown): IsthmusError {
  if (cause instanceof IsthmusError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new IsthmusError("ERR_FILE", `${path} cannot be written: ${reason}`, { cause });
}
