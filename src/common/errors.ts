import { brand } from "./brand.js";

/**
 * Every error that the library throws on purpose is an `IsthmusError`. Programs can rely on `code`, which is stable.
 * `message` is for people: it names the argument, the value received and the value expected. `instanceof` works across
 * all copies of the package in a program.
 */
export class IsthmusError extends Error {
  /** Set explicitly in every error class, because a minifier may rename the class. */
  static override readonly name: string = "IsthmusError";
  static {
    brand(IsthmusError);
  }
  /** Machine-readable reason, for example `"ERR_SHAPE"`. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    // An assignment would fail if `Error.prototype` is frozen.
    Object.defineProperty(this, "name", { value: new.target.name, configurable: true, writable: true });
    this.code = code;
  }
}

/** An argument or option has the wrong type, an unknown name or a value out of range. */
export class ArgumentError extends IsthmusError {
  static override readonly name: string = "ArgumentError";
  static {
    brand(ArgumentError);
  }
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_ARGUMENT", message, options);
  }
}

/** Data has the wrong number of rows, columns or elements. */
export class ShapeError extends IsthmusError {
  static override readonly name: string = "ShapeError";
  static {
    brand(ShapeError);
  }
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_SHAPE", message, options);
  }
}

/** Data holds NaN or an infinity. */
export class NonFiniteError extends IsthmusError {
  static override readonly name: string = "NonFiniteError";
  static {
    brand(NonFiniteError);
  }
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_NON_FINITE", message, options);
  }
}

/** A file or buffer does not follow its format. */
export class FormatError extends IsthmusError {
  static override readonly name: string = "FormatError";
  static {
    brand(FormatError);
  }
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_FORMAT", message, options);
  }
}

/** More memory was asked for than a WebAssembly memory can hold. */
export class OutOfMemoryError extends IsthmusError {
  static override readonly name: string = "OutOfMemoryError";
  static {
    brand(OutOfMemoryError);
  }
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_OUT_OF_MEMORY", message, options);
  }
}

/** Training produced a loss or a weight that is not finite; the last good weights are kept. */
export class DivergedError extends IsthmusError {
  static override readonly name: string = "DivergedError";
  static {
    brand(DivergedError);
  }
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_DIVERGED", message, options);
  }
}

/** The object was disposed of, or is busy with another call. */
export class StateError extends IsthmusError {
  static override readonly name: string = "StateError";
  static {
    brand(StateError);
  }
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_STATE", message, options);
  }
}

/** The runtime lacks something that is needed, or a worker failed. */
export class EngineError extends IsthmusError {
  static override readonly name: string = "EngineError";
  static {
    brand(EngineError);
  }
  constructor(message: string, options?: ErrorOptions) {
    super("ERR_ENGINE", message, options);
  }
}
