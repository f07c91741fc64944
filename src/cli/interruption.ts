/** What ends training early, and the exit codes that shells give them: 128 and the signal's number. */
const EXIT_CODES = { SIGINT: 130, SIGPIPE: 141, SIGTERM: 143 } as const;
type SignalName = keyof typeof EXIT_CODES;

/** What the first signal is answered with. */
export const STOPPING = "stopping after this step; press Ctrl-C again to quit without saving";

/**
 * A terminal sends Ctrl-C to npm and to the command alike, and npm passes it on. So under npm a second SIGINT within
 * this many ms is the same key press.
 */
const SAME_PRESS = 250;

/** The interruption that a broken pipe goes to. */
let current: Interruption | undefined;

/** What an interruption needs of the process it runs in. */
export interface ProcessHooks {
  /** Whether npm (`npm start`, `npx`) started the command. */
  readonly underNpm: boolean;
  /** A clock, in ms. */
  now(): number;
  /** Tells the user something, apart from the results on standard output. */
  tell(line: string): void;
  /** Ends the process at once. */
  exit(code: number): void;
}

/** The process itself. */
const PROCESS: ProcessHooks = {
  // npm, yarn and pnpm all set it, and so does npx.
  underNpm: process.env.npm_lifecycle_event !== undefined,
  now: () => performance.now(),
  tell: (line) => process.stderr.write(`${line}\n`),
  exit: (code) => process.exit(code),
};

/**
 * Turns the first SIGINT, SIGTERM or broken pipe into an `AbortSignal`, so that work can end in order. A second signal
 * ends the process at once, unless it is in the middle of writing a file.
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
    if (this.#by === undefined) {
      this.#by = name as SignalName;
      this.#at = this.#process.now();
      this.#controller.abort();
      // Nobody reads on after a broken pipe, and nobody can press a key for it.
      if (name !== "SIGPIPE" && !this.#writing) this.#process.tell(STOPPING);
      return;
    }
    // Every line that is written to a broken pipe breaks again.
    if (name === "SIGPIPE" || this.#writing || this.#isSamePress(name)) return;
    this.#process.exit(EXIT_CODES[name as SignalName]);
  };

  #isSamePress(name: string): boolean {
    if (!this.#process.underNpm || name !== "SIGINT" || this.#by !== "SIGINT") return false;
    return this.#process.now() - this.#at < SAME_PRESS;
  }
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
