import { make } from "./dom.js";

/** How long the browser may take to copy, in ms: it may have asked the visitor, or have lost its clipboard. */
const PATIENCE = 3000;

/**
 * Copies the page's address to the clipboard. If the browser does not allow that, or does not answer, shows the address in a
 * field beside the button, selected.
 *
 * @returns whether the address was copied
 */
export async function copyAddress(button: HTMLElement): Promise<boolean> {
  try {
    const tooLong = new Promise<never>((_, reject) => setTimeout(reject, PATIENCE));
    await Promise.race([navigator.clipboard.writeText(location.href), tooLong]);
    return true;
  } catch {
    const shown = button.parentElement?.querySelector<HTMLInputElement>("input.address");
    const field =
      shown ?? make("input", { className: "address", readOnly: true, ariaLabel: "Link to this run" });
    field.value = location.href;
    if (!shown) button.after(field);
    field.select();
    return false;
  }
}
