import type { CommandWords, OptionWords } from "./completionWords.js";

/** Completion for fish. */
export function fishCompletion(commands: readonly CommandWords[], own: readonly OptionWords[]): string {
  const lines = [
    "# Completion of isthmus for fish: isthmus completion fish | source",
    ...own.map((option) => `complete -c isthmus -n __fish_use_subcommand${optionLine(option)}`),
    ...commands.map(
      ({ name, description }) =>
        `complete -c isthmus -n __fish_use_subcommand -f -a ${name} -d ${quoted(description)}`,
    ),
    ...commands.flatMap(({ name, options, words, files }) => {
      const within = `complete -c isthmus -n ${quoted(`__fish_seen_subcommand_from ${name}`)}`;
      return [
        ...options.map((option) => `${within}${optionLine(option)}`),
        ...(words.length > 0 ? [`${within}${files ? "" : " -f"} -a ${quoted(words.join(" "))}`] : []),
      ];
    }),
  ];
  return `${lines.join("\n")}\n`;
}

function optionLine({ flags, description, takes }: OptionWords): string {
  const names = flags.map((flag) =>
    flag.startsWith("--") ? ` -l ${flag.slice(2)}` : ` -s ${flag.slice(1)}`,
  );
  const value =
    takes === "none"
      ? ""
      : takes === "files"
        ? " -rF"
        : takes === "value"
          ? " -x"
          : ` -xa ${quoted(takes.join(" "))}`;
  return `${names.join("")}${value} -d ${quoted(description)}`;
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
