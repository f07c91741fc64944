import { ArgumentError, type Autoencoder } from "../../index.js";
import type { ExportFlags, ExportSubject } from "./exportTarget.js";

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

/** The same, for a tool that takes both halves. Throws an `ArgumentError` for options of other tools, too. */
export function wholeModel(
  to: string,
  subject: ExportSubject,
  { part = "model", input }: ExportFlags,
): Autoencoder {
  const model = modelOf(to, subject);
  if (part !== "model") {
    throw new ArgumentError(`--part ${part} is not for --to ${to}, whose model has both halves`);
  }
  if (input !== undefined) throw new ArgumentError(`--input is not for --to ${to}, which takes samples`);
  return model;
}
