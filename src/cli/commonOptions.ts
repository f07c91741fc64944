import { type Command, Option } from "commander";

/** Short forms of the most used options, by their long ones. */
const SHORT: Readonly<Record<string, string>> = {
  "--out": "-o",
  "--epochs": "-e",
  "--batch-size": "-b",
  "--seed": "-s",
  "--threads": "-t",
};

/** Options that name what a command writes. */
const OUTPUTS = ["--out", "--save", "--report", "--checkpoint"];

/** Gives a command what all have in common: short options, `--help`, and `--force` if it writes files. */
export function addCommonOptions(command: Command): Command {
  for (const option of command.options) {
    const short = SHORT[option.long ?? ""];
    if (short === undefined || option.short !== undefined) continue;
    // Its flags stay as they are: messages name the option by its long form.
    option.short = short;
  }
  const output = command.options.find(({ long }) => OUTPUTS.includes(long ?? ""));
  if (output) {
    const force = new Option("-f, --force", "replace existing files without a question");
    if (output.helpGroupHeading !== undefined) force.helpGroup(output.helpGroupHeading);
    command.addOption(force);
  }
  return command.helpOption("-h, --help", "print this help");
}
