import type { CommandWords, OptionWords } from "./completionWords.js";

/** Completion for bash 3.2 and later. */
export function bashCompletion(commands: readonly CommandWords[], own: readonly OptionWords[]): string {
  const names = commands.map(({ name }) => name);
  return `# Completion of isthmus for bash: source <(isthmus completion bash)
_isthmus() {
  local IFS=$'\\n' current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command="" word i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in
      ${names.join("|")}) command="\${COMP_WORDS[i]}"; break ;;
    esac
  done
  local options words files="" takes=""
  case "$command" in
    "")
      options=${quoted(own.flatMap(({ flags }) => flags))}
      words=${quoted(names)}
      ;;
${commands.map(caseOf).join("\n")}
  esac
  if [[ $takes == value ]]; then return; fi
  if [[ $takes == choice ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  elif [[ -z $takes && $current == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
  elif [[ -n $files ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"; compgen -f -- "$current"))
  else
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  fi
}
complete -o filenames -F _isthmus isthmus
`;
}

function caseOf({ name, options, words, files }: CommandWords): string {
  const taking = options.flatMap(({ flags, takes }) => {
    if (takes === "none") return [];
    const does =
      takes === "files"
        ? "takes=files; files=1; words="
        : takes === "value"
          ? "takes=value"
          : `takes=choice; words=${quoted(takes)}`;
    return [`        ${flags.join("|")}) ${does} ;;`];
  });
  return `    ${name})
      options=${quoted(options.flatMap(({ flags }) => flags))}
      words=${quoted(words)}
      files=${files ? 1 : ""}
      case "$previous" in
${taking.join("\n")}
        *) ;;
      esac
      ;;`;
}

/** Words as one text of bash, a line each. */
function quoted(words: readonly string[]): string {
  return `$'${words.map((word) => word.replace(/[\\']/g, "\\$&")).join("\\n")}'`;
}
