import { make } from "./dom.js";

/**
 * Puts the page's address on the clipboard. Where the browser does not allow that, the address is shown in a field
 * beside the button, selected.
 *
 * @returns whether it is on the clipboard
 */
export async function copyAddress(button: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(location.href);
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
