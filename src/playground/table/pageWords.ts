/** The page has none of the options that notes, decisions and errors of the library name. */
export function withoutOptions(text: string): string {
  return text.replace(/ \(option \w+\)/g, "").replace(/; [^;]*\boption \w+[^;]*$/, "");
}
