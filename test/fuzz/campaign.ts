// Runs a reader on case after case. Without settings a fixed number of cases, always the same ones; by `npm run fuzz`
// for FUZZ_SECONDS a reader, from FUZZ_SEED. A case that fails is named by both, and FUZZ_CASE runs it alone.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { Dice } from "./dice.js";
import type { Maker } from "./files.js";

const { FUZZ_SECONDS, FUZZ_SEED, FUZZ_CASE } = process.env;
export const SECONDS = FUZZ_SECONDS === undefined ? undefined : Number(FUZZ_SECONDS);
export const SEED = Number(FUZZ_SEED ?? 1);

/** No file here takes a second; a reader that does not answer within this hangs. */
const PATIENCE = 60_000;

type Answer = "ready" | "read" | "refused" | { wrong: string };

/** How many files were read, and how many refused. */
export interface Outcome {
  read: number;
  refused: number;
}

/** @throws {Error} for a case in which the reader hangs, leaks, or does anything but read or refuse */
export async function campaign(reader: string, make: Maker, cases: number): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "isthmus-fuzz-"));
  const thread = new Thread(join(folder, "file"));
  const outcome = { read: 0, refused: 0 };
  const name = [...reader].reduce((sum, letter) => 31 * sum + letter.charCodeAt(0), 0);
  const end = SECONDS === undefined ? undefined : performance.now() + 1000 * SECONDS;
  const begin = Number(FUZZ_CASE ?? 0);
  try {
    await thread.answer();
    for (let index = begin; ; index++) {
      if (FUZZ_CASE !== undefined && index > begin) break;
      if (end === undefined ? index >= begin + cases : performance.now() >= end) break;
      const bytes = make(new Dice(SEED, name, index));
      const answer = await thread.read(reader, bytes);
      if (answer === "read" || answer === "refused") outcome[answer]++;
      else throw new Error(complaint(reader, index, bytes, answer));
    }
    return outcome;
  } finally {
    await thread.end();
    rmSync(folder, { recursive: true });
  }
}

function complaint(reader: string, index: number, bytes: Uint8Array, answer: Answer | "hangs"): string {
  const kept = join(tmpdir(), `isthmus-fuzz-${reader}-${SEED}-${index}`);
  writeFileSync(kept, bytes);
  const why = typeof answer === "object" ? answer.wrong : answer;
  return `FUZZ_SEED=${SEED} FUZZ_CASE=${index} of "${reader}", kept as ${kept}: ${why}`;
}

class Thread {
  readonly #worker: Worker;
  #settle: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;

  constructor(path: string) {
    this.#worker = new Worker(new URL("./readers.mjs", import.meta.url), {
      workerData: { path },
      resourceLimits: { maxOldGenerationSizeMb: 512 },
    });
    this.#worker.on("message", (answer: Answer) => this.#settle?.resolve(answer));
    this.#worker.on("error", (error) => this.#settle?.resolve({ wrong: String(error.stack) }));
  }

  answer(): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
  }

  async read(reader: string, bytes: Uint8Array): Promise<Answer | "hangs"> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<"hangs">((resolve) => {
      timer = setTimeout(resolve, PATIENCE, "hangs");
    });
    const answer = this.answer();
    this.#worker.postMessage({ reader, bytes });
    const first = await Promise.race([answer, late]);
    clearTimeout(timer);
    return first;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
