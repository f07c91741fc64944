import { make } from "./dom.js";

/**
 * Copies the page's address to the clipboard. If the browser does not allow that, shows the address in a field beside the
 * button, selected.
 *
 * @returns whether the address was copied
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
