import { ArgumentError, type Autoencoder } from "../../index.js";
import type { ExportSubject } from "./exportTarget.js";

/**
 * The model of a saved file, for a tool that takes one.
 *
 * @param to the tool
 * @throws {ArgumentError} for a detector of several models
 */
export function modelOf(to: string, subject: ExportSubject): Autoencoder {
  if (subject.holds !== "tableDetector") return subject.model;
  throw new ArgumentError(
    `--to ${to} is for one model, but this file holds the models of detect and what was learned of their table`,
  );
}
