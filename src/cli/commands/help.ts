import { Argument, Command } from "commander";

/** @param program the program that has all other commands */
export function helpCommand(program: Command): Command {
  const names = program.commands.map((command) => command.name());
  return new Command("help")
    .description("Print the help of a command.")
    .addArgument(new Argument("[command]", "the command").choices([...names, "help"]))
    .helpOption("-h, --help", "print this help")
    .action((name?: string) => {
      (program.commands.find((command) => command.name() === name) ?? program).outputHelp();
    });
}
