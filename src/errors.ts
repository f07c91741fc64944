/**
 * Every error that the library throws on purpose is an `IsthmusError`. `code` is stable and meant for
 * programs; `message` is meant for people and names the argument, what came and what was wanted.
 */
export class IsthmusError extends Error {
  /** Spelt out, in every error, so that it stays when a minifier renames the class. */
  static override readonly name: string = "IsthmusError";
  /** Machine-readable reason, for example `"ERR_SHAPE"`. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** An argument or option has the wrong type, an unknown name or a value out of range. */
export class ArgumentError extends IsthmusError {
  static override readonly name: string = "ArgumentError";
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_ARGUMENT", message, options);
  }
}

/** Data has the wrong number of rows, columns or elements. */
export class ShapeError extends IsthmusError {
  static override readonly name: string = "ShapeError";
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_SHAPE", message, options);
  }
}

/** Data holds NaN or an infinity. */
export class NonFiniteError extends IsthmusError {
  static override readonly name: string = "NonFiniteError";
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_NON_FINITE", message, options);
  }
}

/** A file or a buffer is not what its format promises. */
export class FormatError extends IsthmusError {
  static override readonly name: string = "FormatError";
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_FORMAT", message, options);
  }
}

/** More memory was asked for than a WebAssembly memory can hold. */
export class OutOfMemoryError extends IsthmusError {
  static override readonly name: string = "OutOfMemoryError";
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_OUT_OF_MEMORY", message, options);
  }
}

/** Training produced a loss or a weight that is not finite; the last good weights are kept. */
export class DivergedError extends IsthmusError {
  static override readonly name: string = "DivergedError";
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_DIVERGED", message, options);
  }
}

/** The object was disposed of, or is busy with another call. */
export class StateError extends IsthmusError {
  static override readonly name: string = "StateError";
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_STATE", message, options);
  }
}

/** The runtime lacks something that is needed, or a worker failed. */
export class EngineError extends IsthmusError {
  static override readonly name: string = "EngineError";
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_ENGINE", message, options);
  }
}
