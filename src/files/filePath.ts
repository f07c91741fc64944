import { fileURLToPath } from "node:url";
import { ArgumentError } from "../common/errors.js";
import { describe, quote } from "../formats/typedArrays.js";

/** Where a file is: a path, or a `file:` URL such as `new URL("model.safetensors", import.meta.url)`. */
export type FilePath = string | URL;

/**
 * The path of a file. A URL of another realm or library counts: it is known by its structure, as Node's own functions do.
 *
 * @param name what the caller calls it, for messages
 * @throws {ArgumentError} for anything but a text that is not empty, or a `file:` URL of this machine
 */
export function filePath(path: unknown, name = "path"): string {
  if (typeof path === "string" && path !== "") return path;
  if (isUrl(path)) return pathOf(path, name);
  const given = path === "" ? "an empty string" : describe(path);
  throw new ArgumentError(`${name} must be a string that is not empty or a file: URL, not ${given}`);
}

function isUrl(value: unknown): value is URL {
  if (typeof value !== "object" || value === null) return false;
  const { href, protocol } = value as Partial<URL>;
  return typeof href === "string" && typeof protocol === "string";
}

function pathOf({ href, protocol }: URL, name: string): string {
  if (protocol !== "file:") {
    throw new ArgumentError(
      `${name} must be a file: URL, not ${quote(href)}; fetch what is elsewhere, and decode its bytes`,
    );
  }
  try {
    return fileURLToPath(href);
  } catch (cause) {
    throw new ArgumentError(
      `${name} ${quote(href)} is no file of this machine: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
}
