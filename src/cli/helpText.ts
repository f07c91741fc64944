import type { Help } from "commander";

/** Columns where nobody says how many there are, and the most that lines of help use: longer ones are hard to read. */
const USUAL = 80;
const MOST = 92;
/** Terms up to this length have their description beside them, others below them. */
const LONGEST_TERM = 20;
/** Spaces before a term, and before the description below a long one. */
const INDENT = 2;
const GAP = 2;

/** Columns for help: those of the terminal, or of the variable COLUMNS. */
export function helpColumns(): number {
  const given = process.stdout.columns || Number.parseInt(process.env.COLUMNS ?? "", 10);
  return Math.min(given > 0 ? given : USUAL, MOST);
}

/** How Commander lays out help, so that it fits narrow terminals. */
export const HELP_LAYOUT: Partial<Help> & ThisType<Help> = {
  minWidthToWrap: 16,
  subcommandTerm: (command) => {
    const names = command.registeredArguments.map((argument) =>
      argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
    );
    return [command.name(), ...names].join(" ");
  },
  optionTerm: ({ short, flags }) => (short && !flags.startsWith(short) ? `${short}, ${flags}` : flags),
  padWidth(command, helper) {
    const terms = [
      ...helper.visibleOptions(command).map((option) => helper.optionTerm(option)),
      ...helper.visibleArguments(command).map((argument) => helper.argumentTerm(argument)),
      ...helper.visibleCommands(command).map((each) => helper.subcommandTerm(each)),
    ];
    const lengths = terms.map(({ length }) => length).filter((length) => length <= LONGEST_TERM);
    return Math.max(0, ...lengths);
  },
  formatItem(term, termWidth, description, helper) {
    const head = " ".repeat(INDENT) + term;
    if (!description) return head;
    const column = INDENT + termWidth + GAP;
    const lines = helper.boxWrap(description, (this.helpWidth ?? USUAL) - column).split("\n");
    const beside = head.length + GAP <= column;
    const rest = (beside ? lines.slice(1) : lines).map((line) => " ".repeat(column) + line);
    return [beside ? head.padEnd(column) + lines[0] : head, ...rest].join("\n");
  },
};

/** A line of an item with a name and its text, two spaces apart. */
const ITEM = /^( +\S+(?: \S+)* {2,})(\S.*)$/;

/**
 * Fits text of help into columns: paragraphs and the texts of items (`  name  text`) are wrapped anew, examples (lines that
 * are indented, without two spaces within) continue on a line of their own after a backslash.
 */
export function fitHelp(text: string, columns: number): string {
  return blocks(text.split("\n"))
    .flatMap((lines) => fitBlock(lines, columns))
    .join("\n");
}

/** Lines that belong together: of a paragraph, or of an item. */
function blocks(lines: readonly string[]): string[][] {
  const result: string[][] = [];
  for (const line of lines) {
    const before = result.at(-1);
    if (before && continues(before, line)) before.push(line);
    else result.push([line]);
  }
  return result;
}

function continues(before: readonly string[], line: string): boolean {
  const first = before[0]!;
  if (first === "" || line === "") return false;
  const item = ITEM.exec(first);
  if (item) return indentOf(line) === item[1]!.length;
  return indentOf(first) === 0 && indentOf(line) === 0 && !before.at(-1)!.endsWith(":");
}

const indentOf = (line: string) => line.length - line.trimStart().length;

function fitBlock(lines: readonly string[], columns: number): readonly string[] {
  const [first] = lines as [string];
  const item = ITEM.exec(first);
  if (item) {
    const indent = item[1]!.length;
    const words = [item[2]!, ...lines.slice(1)].join(" ").trim().split(/ +/);
    const [head, ...rest] = wrapped(words, columns - indent, "");
    return [item[1]! + head, ...rest.map((line) => " ".repeat(indent) + line)];
  }
  if (indentOf(first) === 0) return wrapped(lines.join(" ").split(/ +/), columns, "");
  if (first.length <= columns) return lines;
  const [head, ...rest] = wrapped(commandParts(first.trim()), columns - indentOf(first) - 4, " \\");
  const indent = " ".repeat(indentOf(first));
  return [indent + head, ...rest.map((line) => `${indent}    ${line}`)];
}

/** The parts of a command that a line may end between: an option stays with its value. */
function commandParts(example: string): string[] {
  return example.split(/ (?=-)|(?<!(?:^| )-\S+) /);
}

/** Lines of words, each but the last followed by `end`. */
function wrapped(words: readonly string[], columns: number, end: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of words) {
    if (line === "") line = word;
    else if (line.length + 1 + word.length + end.length <= columns) line += ` ${word}`;
    else {
      lines.push(line + end);
      line = word;
    }
  }
  return [...lines, line];
}
