import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { printable } from "../common/printable.js";
import { ArgumentError, IsthmusError } from "../index.js";
import { anomaliesCommand } from "./commands/anomalies.js";
import { completionCommand } from "./commands/completion.js";
import { detectCommand } from "./commands/detect.js";
import { evaluateCommand } from "./commands/evaluate.js";
import { exportCommand } from "./commands/export.js";
import { helpCommand } from "./commands/help.js";
import { importCommand } from "./commands/import.js";
import { inspectCommand } from "./commands/inspect.js";
import { playgroundCommand } from "./commands/playground.js";
import { reportCommand } from "./commands/report.js";
import { trainCommand } from "./commands/train.js";
import { decodeCommand, encodeCommand, reconstructCommand } from "./commands/transform.js";
import { addCommonOptions } from "./commonOptions.js";
import { fitHelp, HELP_LAYOUT, helpColumns } from "./helpText.js";
import { handleBrokenPipes } from "./interruption.js";
import { setForce } from "./replacing.js";

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;

/** The version in package.json, which is one folder above build/, in the repository and in the package. */
function version(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

const HELP = `
isthmus help train prints the options of train; so does isthmus train --help.

  isthmus train digits --report report.html
  isthmus detect sensors.csv --out flagged.csv`;

function program(): Command {
  const isthmus = new Command("isthmus")
    .description("Train and use autoencoders.")
    .version(version(), "-v, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .commandsGroup("More:")
    .helpCommand(false)
    .configureHelp(HELP_LAYOUT)
    .showHelpAfterError("(for a list of options, add --help)")
    .addHelpText("after", HELP)
    .hook("preAction", (_, command) => setForce(command.opts().force === true));
  for (const command of [
    trainCommand(),
    encodeCommand(),
    decodeCommand(),
    reconstructCommand(),
    evaluateCommand(),
    detectCommand(),
    anomaliesCommand(),
    reportCommand(),
    inspectCommand(),
    playgroundCommand(),
    exportCommand(),
    importCommand(),
  ]) {
    isthmus.addCommand(addCommonOptions(command).copyInheritedSettings(isthmus));
  }
  isthmus.addCommand(completionCommand(isthmus).copyInheritedSettings(isthmus));
  isthmus.addCommand(helpCommand(isthmus).copyInheritedSettings(isthmus));
  for (const command of [isthmus, ...isthmus.commands]) {
    command.exitOverride().configureOutput({
      getOutHelpWidth: helpColumns,
      getErrHelpWidth: helpColumns,
      writeOut: (text) => process.stdout.write(fitHelp(text, helpColumns())),
      outputError: (text, write) => write(`isthmus: ${printableLines(text.replace(/^error: /, ""))}`),
    });
  }
  return isthmus;
}

/** Prints an error on standard error; returns the exit code. */
function report(error: unknown): number {
  // Commander has already printed what is wrong.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  process.stderr.write(`isthmus: ${inWords(error)}\n`);
  return error instanceof ArgumentError ? EXIT_USAGE : EXIT_FAILURE;
}

/** An error as text that is safe to print: it may quote a file or a path that contains anything. */
function inWords(error: unknown): string {
  if (error instanceof IsthmusError) return printable(error.message);
  if (!(error instanceof Error)) return printable(String(error));
  const { message, stack } = error;
  return printableLines(stack ? stack.replace(message, () => printable(message)) : message);
}

/** Makes text printable but keeps its line breaks. */
function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

handleBrokenPipes();
try {
  await program().parseAsync();
} catch (error) {
  process.exitCode = report(error);
}
