const dark = matchMedia("(prefers-color-scheme: dark)");
const known = new Map<string, string>();

// Registered before anybody can ask, so that it is done before anybody is told.
dark.addEventListener("change", () => known.clear());

/** A colour of style.css by the name of its custom property, as the visitor's colour scheme has it. */
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

/** Calls back when the visitor's colour scheme has changed. */
export function onThemeChange(changed: () => void): void {
  dark.addEventListener("change", changed);
}
