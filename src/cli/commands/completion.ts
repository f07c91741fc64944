import { Argument, Command } from "commander";
import { bashCompletion } from "../completion/bash.js";
import {
  type CommandWords,
  commandWords,
  type OptionWords,
  optionWords,
} from "../completion/completionWords.js";
import { fishCompletion } from "../completion/fish.js";
import { zshCompletion } from "../completion/zsh.js";

type Shell = (commands: readonly CommandWords[], own: readonly OptionWords[]) => string;

const SHELLS: Readonly<Record<string, Shell>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

const HELP = `
Put the line of your shell into its start-up file:

  source <(isthmus completion bash)
  source <(isthmus completion zsh)
  isthmus completion fish | source`;

/** @param program the program that has all other commands */
export function completionCommand(program: Command): Command {
  return new Command("completion")
    .description("Print a script that completes commands and options in a shell.")
    .addArgument(new Argument("<shell>", "the shell").choices(Object.keys(SHELLS)))
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", HELP)
    .action((shell: string) => {
      const own = program.createHelp().visibleOptions(program).map(optionWords);
      process.stdout.write(SHELLS[shell]!(commandWords(program), own));
    });
}
