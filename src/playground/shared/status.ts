import { setText } from "./dom.js";

/** The page's status line and its error box. Screen readers announce changes of both. */
export interface Status {
  /** Shows a status; an error stays visible. */
  say(text: string): void;
  /** Shows an error until `clear` is called. */
  fail(text: string): void;
  clear(): void;
}

/**
 * @param line an element with `role="status"`
 * @param box an element with `role="alert"`, hidden when there is no error
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
