// What stands in for the library's errors and messages in an exported module, which has little room.

/** A value that cannot be read. */
export class FormatError extends Error {
  override readonly name: string = "FormatError";
}

/** An argument that is none. */
export class ArgumentError extends TypeError {
  override readonly name: string = "ArgumentError";
}

/** A value, briefly, for messages. */
export function show(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
