/** A colour of style.css by the name of its custom property, as the visitor's colour scheme has it. */
export function themeColour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

const dark = matchMedia("(prefers-color-scheme: dark)");

export function isDark(): boolean {
  return dark.matches;
}

/** Calls back when the visitor's colour scheme has changed. */
export function onThemeChange(changed: () => void): void {
  dark.addEventListener("change", changed);
}
