const dark = matchMedia("(prefers-color-scheme: dark)");
const known = new Map<string, string>();

// This listener is registered first, so that it runs before those of `onThemeChange`.
dark.addEventListener("change", () => known.clear());

/** The colour of a custom property of style.css in the visitor's colour scheme. */
export function themeColour(name: string): string {
  let colour = known.get(name);
  if (colour === undefined) {
    colour = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
    known.set(name, colour);
  }
  return colour;
}

export function isDark(): boolean {
  return dark.matches;
}

/** Calls `changed` when the visitor's colour scheme changes. */
export function onThemeChange(changed: () => void): void {
  dark.addEventListener("change", changed);
}
