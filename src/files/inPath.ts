import { ArgumentError, FormatError, IsthmusError } from "../common/errors.js";

/** What the message of a decoder begins with. */
const SUBJECT = /^(line \d+ of )?bytes /;

/** What `decode` returns; `FormatError`s of it that speak of `bytes` speak of the path instead. */
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

/** The error of a file that the system refuses to read. */
export function unreadable(path: string, cause: Error & { code?: string }): IsthmusError {
  if (cause.code === "ENOENT") return new ArgumentError(`File not found: ${path}`, { cause });
  if (cause.code === "EISDIR") return new ArgumentError(`${path} is a folder, not a file`, { cause });
  return new IsthmusError("ERR_FILE", `${path} cannot be read: ${cause.message}`, { cause });
}
