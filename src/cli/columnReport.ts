import { printable } from "../common/printable.js";
import { plural } from "../report/numberText.js";
import type { Source } from "./source.js";
import { dim, emit, say, type Terminal } from "./terminal.js";

/** Says what was guessed about a table and what was decided about its columns. */
export function reportColumns({ prepared }: Source, screen: Terminal): void {
  if (!prepared) return;
  const { preprocessor, notes } = prepared;
  for (const note of notes) say(dim(printable(note), screen));
  say(`${preprocessor.summary()}\n`);
}

/** The same as an event for `--json`. */
export function emitColumns({ prepared }: Source): void {
  if (!prepared) return;
  const { preprocessor, notes } = prepared;
  emit({ event: "columns", decisions: preprocessor.decisions, notes });
}

/** What the data were taken for, and how to say otherwise. */
export function kindText({ kind, shape, prepared }: Source, given: boolean): string {
  const of = { images: "images", points: "points", table: "table", series: "series", matrix: "matrix" }[kind];
  const size = prepared?.places ? ` of windows of ${plural(shape[0]!, "row")}` : "";
  return given ? of + size : `${of}${size} (a guess; --kind changes it)`;
}

/** Says what stands out in data for a trained model. */
export function reportNotes({ prepared }: Source, screen: Terminal): void {
  for (const note of prepared?.notes ?? []) say(dim(printable(note), screen));
}

/** The same as part of an event; nothing if nothing stands out. */
export function notesEvent({ prepared }: Source): { notes?: readonly string[] } {
  return prepared?.notes.length ? { notes: prepared.notes } : {};
}
