/** Actions by key, named as in `KeyboardEvent.key`. */
export type Keys = { readonly [key: string]: () => void };

/**
 * Makes keys work as shortcuts, except in fields, which need the keys themselves, and except Space on controls that it
 * would press.
 *
 * @param enabled whether the visitor wants shortcuts: single keys interfere with some assistive software
 */
export function bindKeys(keys: Keys, enabled: () => boolean): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || !enabled()) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]")) return;
    // A canvas that is drawn on or dragged over has its own keys.
    if (event.key === " " && target.closest("[role=application]")) return;
    if (event.key === " " && target.closest("button, a, summary, input, label")) return;
    const press = keys[event.key.toLowerCase()];
    if (!press) return;
    event.preventDefault();
    press();
  });
}
