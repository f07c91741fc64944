/** Signals that end training early, with the exit codes that shells use: 128 plus the signal's number. */
const EXIT_CODES = { SIGINT: 130, SIGPIPE: 141, SIGTERM: 143 } as const;
type SignalName = keyof typeof EXIT_CODES;

/** The message after the first signal. */
export const STOPPING = "stopping after this step; press Ctrl-C again to quit without saving";

/**
 * A terminal sends Ctrl-C to npm and to the command, and npm passes it on. So under npm, a second SIGINT within this
 * many ms comes from the same key press.
 */
const SAME_PRESS = 250;

/** The interruption that handles a broken pipe. */
let current: Interruption | undefined;

/** What an interruption needs of the process it runs in. */
export interface ProcessHooks {
  /** Whether npm (`npm start`, `npx`) started the command. */
  readonly underNpm: boolean;
  /** A clock, in ms. */
  now(): number;
  /** Prints a message for the user that is not a result. */
  tell(line: string): void;
  /** Ends the process at once. */
  exit(code: number): void;
}

/** Node's process. */
const PROCESS: ProcessHooks = {
  // npm, yarn and pnpm all set it, and so does npx.
  underNpm: process.env.npm_lifecycle_event !== undefined,
  now: () => performance.now(),
  tell: (line) => process.stderr.write(`${line}\n`),
  exit: (code) => process.exit(code),
};

/**
 * Turns the first SIGINT, SIGTERM or broken pipe into an `AbortSignal`, so that work whose part is worth saving can end
 * cleanly. A second signal ends the process at once, unless it is writing a file. Commands without such work do without:
 * the first signal ends them.
 */
export class Interruption {
  readonly #process: ProcessHooks;
  readonly #controller = new AbortController();
  #by: SignalName | undefined;
  #at = 0;
  #writing = false;

  constructor(surroundings = PROCESS) {
    this.#process = surroundings;
    process.on("SIGINT", this.receive).on("SIGTERM", this.receive);
    current = this;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The exit code, if there was a signal. */
  get exitCode(): number | undefined {
    return this.#by && EXIT_CODES[this.#by];
  }

  /** Runs work that a second signal must not interrupt. */
  async shield<T>(work: () => Promise<T>): Promise<T> {
    this.#writing = true;
    try {
      return await work();
    } finally {
      this.#writing = false;
    }
  }

  /** Stops listening. From then on, the first signal ends the process. */
  release(): void {
    process.off("SIGINT", this.receive).off("SIGTERM", this.receive);
    current = undefined;
  }

  readonly receive = (name: string): void => {
    if (this.#by === undefined) {
      this.#by = name as SignalName;
      this.#at = this.#process.now();
      this.#controller.abort();
      // After a broken pipe, nobody reads the message.
      if (name !== "SIGPIPE" && !this.#writing) this.#process.tell(STOPPING);
      return;
    }
    // Every line that is written to a broken pipe raises this again.
    if (name === "SIGPIPE" || this.#writing || this.#isSamePress(name)) return;
    this.#process.exit(EXIT_CODES[name as SignalName]);
  };

  #isSamePress(name: string): boolean {
    if (!this.#process.underNpm || name !== "SIGINT" || this.#by !== "SIGINT") return false;
    return this.#process.now() - this.#at < SAME_PRESS;
  }
}

/** Ends the command quietly if its reader goes away (`| head`), as SIGPIPE ends other programs. */
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
