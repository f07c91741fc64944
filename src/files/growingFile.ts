import { open } from "node:fs/promises";
import { refused } from "./target.js";
import { flush } from "./temporaryFile.js";

/** A file that grows while training runs. What was appended is on the disk, so a crash loses none of it. */
export class GrowingFile {
  readonly path: string;
  /** One part after the other, also if nobody waits for them, as in `fitSync`. */
  #last: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Appends bytes and flushes them to the disk.
   *
   * @throws {IsthmusError} with code `ERR_FILE` if the system refuses to write; then also for all that follows
   */
  append(bytes: Uint8Array): Promise<void> {
    this.#last = this.#last.then(() => this.#write(bytes));
    return this.#last;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      const file = await open(this.path, "a");
      try {
        await file.appendFile(bytes);
        await flush(file);
      } finally {
        await file.close();
      }
    } catch (error) {
      throw refused(this.path, error);
    }
  }
}
