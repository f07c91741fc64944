import type { CommandWords, OptionWords } from "./completionWords.js";

/** Completion for zsh, as a function for a folder of `fpath` or for `source`. */
export function zshCompletion(commands: readonly CommandWords[], own: readonly OptionWords[]): string {
  const described = commands.map(({ name, description }) => `    ${quoted(`${name}:${description}`)}`);
  return `#compdef isthmus
# Completion of isthmus for zsh: source <(isthmus completion zsh)
_isthmus() {
  local context state state_descr line
  typeset -A opt_args
  local -a commands=(
${described.join("\n")}
  )
  _arguments -C ${own.map(specOf).join(" ")} '1: :->command' '*:: :->arguments'
  case $state in
    command) _describe command commands ;;
    arguments)
      case $words[1] in
${commands.map(caseOf).join("\n")}
      esac
      ;;
  esac
}
compdef _isthmus isthmus
`;
}

function caseOf({ name, options, words, files }: CommandWords): string {
  const parts = [
    ...(words.length > 0 ? [`'words: :(${words.join(" ")})'`] : []),
    ...(files ? ["'files: :_files'"] : []),
  ];
  const argument = quoted(`*: :{_alternative ${parts.join(" ")}}`);
  return `        ${name}) _arguments ${[...options.map(specOf), argument].join(" \\\n          ")} ;;`;
}

function specOf({ flags, description, takes }: OptionWords): string {
  const text = `[${description.replace(/[\\[\]:]/g, "\\$&")}]`;
  const value =
    takes === "none"
      ? ""
      : takes === "files"
        ? ": :_files"
        : takes === "value"
          ? ": : "
          : `: :(${takes.join(" ")})`;
  const group = flags.length > 1 ? `${quoted(`(${flags.join(" ")})`)}{${flags.join(",")}}` : flags[0]!;
  return `${group}${quoted(text + value)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
