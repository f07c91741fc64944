import { setText } from "./dom.js";

/** The page's line of what goes on, and its box of what went wrong; both are read out when they change. */
export interface Status {
  /** What goes on; leaves an error standing. */
  say(text: string): void;
  /** What went wrong; stays until `clear`. */
  fail(text: string): void;
  clear(): void;
}

/**
 * @param line an element with `role="status"`
 * @param box an element with `role="alert"`, which is hidden while nothing is wrong
 */
export function statusOf(line: HTMLElement, box: HTMLElement): Status {
  return {
    say: (text) => setText(line, text),
    fail(text) {
      setText(box, text);
      box.hidden = false;
    },
    clear() {
      setText(box, "");
      box.hidden = true;
    },
  };
}
