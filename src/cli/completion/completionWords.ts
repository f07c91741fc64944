import type { Command, Option } from "commander";
import { DATA_HELP } from "../options.js";

/** What can be completed after a command. */
export interface CommandWords {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionWords[];
  /** Words that may stand in the place of an argument. */
  readonly words: readonly string[];
  /** Whether an argument may be a file. */
  readonly files: boolean;
}

/** An option, and what can follow it. */
export interface OptionWords {
  /** `-o` and `--out`, or one of them. */
  readonly flags: readonly string[];
  readonly description: string;
  /** `none` of a switch, `files` of a path, the choices of a choice; `value` of anything else. */
  readonly takes: "none" | "files" | "value" | readonly string[];
}

/** All commands of a program, in their order. */
export function commandWords(program: Command): CommandWords[] {
  const helper = program.createHelp();
  return helper.visibleCommands(program).map((command) => {
    const { registeredArguments } = command;
    return {
      name: command.name(),
      description: firstSentence(command.description()),
      options: helper.visibleOptions(command).map(optionWords),
      words: registeredArguments.flatMap(
        ({ argChoices, description }) =>
          argChoices ?? (description === DATA_HELP ? ["digits", "spiral"] : []),
      ),
      files: registeredArguments.some(({ argChoices }) => argChoices === undefined),
    };
  });
}

export function optionWords(option: Option): OptionWords {
  const { short, long, argChoices, flags, required, optional } = option;
  return {
    flags: [short, long].filter((flag) => flag !== undefined),
    description: firstSentence(option.description),
    takes: argChoices ?? (required || optional ? valueOfFlags(flags) : "none"),
  };
}

/** A path, or the words of `<portable|fast>`. */
function valueOfFlags(flags: string): OptionWords["takes"] {
  if (/[<[](file|path|folder)/.test(flags)) return "files";
  const [, choices] = /<(\w+(?:\|\w+)+)>/.exec(flags) ?? [];
  const words = choices?.split("|").filter((word) => /^[a-z]{2,}$/.test(word)) ?? [];
  return words.length > 0 ? words : "value";
}

/** Shells show one line. */
function firstSentence(text: string): string {
  return text.split(/ \(|[.:;](?: |$)/)[0]!;
}
