import type { Command } from "commander";
import { addDataOptions, type DataOptions, USED_DATA } from "./options.js";
import { addReadingOptions, type ReadingOptions } from "./tableOptions.js";

/** Options of commands that give data to a trained model. */
export interface UsedDataOptions extends DataOptions, ReadingOptions {
  /** Whether images are given the size that the model expects. */
  resize?: true;
}

/** Adds options that say how to read data for a trained model. */
export function addUsedDataOptions(command: Command): Command {
  addDataOptions(command, USED_DATA);
  return addReadingOptions(command).option(
    "--resize",
    "resize PNG and JPEG images to what the model expects",
  );
}
