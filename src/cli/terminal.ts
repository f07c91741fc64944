import { printable } from "../common/printable.js";

/** What standard output can show. */
export interface Terminal {
  /** Whether lines can be redrawn in place. */
  readonly live: boolean;
  /** Bits of colour: 1 for none, 8 for 256 colours, 24 for all. Respects `NO_COLOR` and `FORCE_COLOR`. */
  readonly depth: number;
  /** Width in characters; 80 if unknown. */
  readonly columns: number;
}

export function terminal(): Terminal {
  const { stdout, env } = process;
  const live = stdout.isTTY === true && env.TERM !== "dumb";
  return {
    live,
    depth: live ? stdout.getColorDepth() : 1,
    // Read each time, because the user may resize the window.
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

/** Prints a line. Pass text from files and paths through `printable` first: escape codes are not removed here. */
export function say(text = ""): void {
  process.stdout.write(`${text}\n`);
}

/** Prints an event as one line of JSON, without escape codes. */
export function emit(event: Record<string, unknown>): void {
  say(printable(JSON.stringify(event)));
}
