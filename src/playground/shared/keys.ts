/** What a key does, by its name as in `KeyboardEvent.key`. */
export type Keys = { readonly [key: string]: () => void };

/**
 * Has keys press buttons wherever the focus is, but in fields, which need the keys themselves, and where Space would
 * press what has the focus.
 *
 * @param enabled whether the visitor wants that: single keys get in the way of some assistive software
 */
export function bindKeys(keys: Keys, enabled: () => boolean): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || !enabled()) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]")) return;
    if (event.key === " " && target.closest("button, a, summary, input, label")) return;
    const press = keys[event.key.toLowerCase()];
    if (!press) return;
    event.preventDefault();
    press();
  });
}
