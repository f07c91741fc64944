import { printable } from "../common/printable.js";

/** What standard output can show. */
export interface Terminal {
  /** Whether lines can be redrawn in place. */
  readonly live: boolean;
  /** Colours: 1 bit is none, 8 are 256 colours, 24 are all. `NO_COLOR` and `FORCE_COLOR` are respected. */
  readonly depth: number;
  /** Width in characters; 80 where it cannot be known. */
  readonly columns: number;
}

export function terminal(): Terminal {
  const { stdout, env } = process;
  const live = stdout.isTTY === true && env.TERM !== "dumb";
  return {
    live,
    depth: live ? stdout.getColorDepth() : 1,
    // Asked for anew each time, since windows change their size.
    get columns() {
      return (live && stdout.columns) || 80;
    },
  };
}

const style =
  (code: string) =>
  (text: string, { depth }: Terminal) =>
    depth > 1 && text !== "" ? `\x1b[${code}m${text}\x1b[0m` : text;

export const bold = style("1");
export const dim = style("2");
export const green = style("32");
export const grey = style("90");
export const cyan = style("36");
export const yellow = style("33");

/** Prints a line. Text from files and paths must be `printable` already: what acts on a terminal here is on purpose. */
export function say(text = ""): void {
  process.stdout.write(`${text}\n`);
}

/** Prints an event as one line of JSON, in which nothing acts on a terminal. */
export function emit(event: Record<string, unknown>): void {
  say(printable(JSON.stringify(event)));
}
