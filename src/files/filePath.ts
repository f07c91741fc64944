import { fileURLToPath } from "node:url";
import { ArgumentError } from "../common/errors.js";
import { describe, quote } from "../formats/typedArrays.js";

/** The location of a file: a path, or a `file:` URL such as `new URL("model.safetensors", import.meta.url)`. */
export type FilePath = string | URL;

/**
 * The path of a file. URLs are recognized by their structure, as in Node, so URLs from another realm or library work too.
 *
 * @param name the caller's name for the argument, for messages
 * @throws {ArgumentError} unless it is a non-empty string or a `file:` URL of this machine
 */
export function filePath(path: unknown, name = "path"): string {
  if (typeof path === "string" && path !== "") return path;
  if (isUrl(path)) return pathOf(path, name);
  const given = path === "" ? "an empty string" : describe(path);
  throw new ArgumentError(`${name} must be a non-empty string or a file: URL, not ${given}`);
}

function isUrl(value: unknown): value is URL {
  if (typeof value !== "object" || value === null) return false;
  const { href, protocol } = value as Partial<URL>;
  return typeof href === "string" && typeof protocol === "string";
}

function pathOf({ href, protocol }: URL, name: string): string {
  if (protocol !== "file:") {
    throw new ArgumentError(
      `${name} must be a file: URL, not ${quote(href)}; to read from elsewhere, fetch the bytes and decode them`,
    );
  }
  try {
    return fileURLToPath(href);
  } catch (cause) {
    throw new ArgumentError(
      `${name} ${quote(href)} is not a file on this machine: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
}
