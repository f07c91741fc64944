import { open } from "node:fs/promises";
import { refused } from "./target.js";
import { flush } from "./temporaryFile.js";

/**
 * Appends bytes to a file and flushes them to the disk, so that a crash loses none of them.
 *
 * @throws {IsthmusError} with code `ERR_FILE` if the system refuses to write
 */
export async function appendFlushed(path: string, bytes: Uint8Array): Promise<void> {
  try {
    const file = await open(path, "a");
    try {
      await file.appendFile(bytes);
      await flush(file);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw refused(path, error);
  }
}
