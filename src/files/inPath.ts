import { ArgumentError, FormatError, IsthmusError } from "../common/errors.js";

/** How messages of decoders begin. */
const SUBJECT = /^(line \d+ of )?bytes /;

/** Returns the result of `decode`. In its `FormatError`s, the path replaces the word `bytes`. */
export async function inPath<T>(path: string, decode: () => T | Promise<T>): Promise<T> {
  try {
    return await decode();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const [start, line = ""] = SUBJECT.exec(error.message) ?? [];
    const named =
      start === undefined
        ? `${path}: ${error.message}`
        : `${line}${path} ${error.message.slice(start.length)}`;
    throw new FormatError(named, { cause: error });
  }
}

/** The error for a file that cannot be read. */
export function unreadable(path: string, cause: Error & { code?: string }): IsthmusError {
  if (cause.code === "ENOENT") return new ArgumentError(`File not found: ${path}`, { cause });
  if (cause.code === "EISDIR") return new ArgumentError(`${path} is a folder, not a file`, { cause });
  return new IsthmusError("ERR_FILE", `${path} cannot be read: ${cause.message}`, { cause });
}
