/** What ends training early, and the exit codes that shells give them: 128 and the signal's number. */
const EXIT_CODES = { SIGINT: 130, SIGPIPE: 141, SIGTERM: 143 } as const;
type SignalName = keyof typeof EXIT_CODES;

/** A second signal within this many ms is the same key press: `npm start` passes on what the terminal sent already. */
const SAME_PRESS = 250;

/** The interruption that a broken pipe goes to. */
let current: Interruption | undefined;

/**
 * Turns the first SIGINT, SIGTERM or broken pipe into an `AbortSignal`, so that work can end in order. A second one
 * ends the process at once, unless it is in the middle of writing a file.
 */
export class Interruption {
  readonly #controller = new AbortController();
  #by: SignalName | undefined;
  #at = 0;
  #writing = false;

  constructor() {
    process.on("SIGINT", this.receive).on("SIGTERM", this.receive);
    current = this;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** What to exit with, when there was a signal. */
  get exitCode(): number | undefined {
    return this.#by && EXIT_CODES[this.#by];
  }

  /** Runs work that a second signal must not break into. */
  async shield<T>(work: () => Promise<T>): Promise<T> {
    this.#writing = true;
    try {
      return await work();
    } finally {
      this.#writing = false;
    }
  }

  /** Gives the signals back to Node, which ends the process at the first. */
  release(): void {
    process.off("SIGINT", this.receive).off("SIGTERM", this.receive);
    current = undefined;
  }

  readonly receive = (name: string): void => {
    const now = performance.now();
    if (this.#by === undefined) {
      this.#by = name as SignalName;
      this.#at = now;
      this.#controller.abort();
      return;
    }
    // Every line that is written to a broken pipe breaks again.
    if (name === "SIGPIPE" || now - this.#at < SAME_PRESS || this.#writing) return;
    process.exit(EXIT_CODES[name as SignalName]);
  };
}

/** Lets a reader that goes away (`| head`) end the command quietly, as SIGPIPE ends other programs. */
export function handleBrokenPipes(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    if (current === undefined) process.exit(EXIT_CODES.SIGPIPE);
    current.receive("SIGPIPE");
  });
  process.stderr.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}
