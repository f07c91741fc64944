import version from "#embedded/version";
import type { TablePreprocessor } from "../../data/index.js";
import { nameOf, type PublicName } from "./publicFunctions.js";
import type { SampleSource } from "./sampleText.js";

/**
 * The comment at the start of a module: what it is and how to use it.
 *
 * @param name the file's name, without an ending
 * @param numbers how many weights there are, of which type
 * @param source what samples are made of
 */
export function moduleHeader(
  name: string,
  { what, names }: { readonly what: string; readonly names: readonly PublicName[] },
  numbers: string,
  { table, series }: SampleSource,
): string {
  const lines = [
    `${what[0]!.toUpperCase()}${what.slice(1)}.`,
    `Written by Isthmus ${version}; ${numbers}. It imports nothing and runs in any JavaScript runtime.`,
    "",
    `  import { ${names.map(nameOf).join(", ")} } from "./${name}.js";`,
    "",
    "Samples are one typed array or array of numbers, row by row, or an array of rows. Bytes count as value / 255.",
    ...(series
      ? [
          `A sample is a window of ${series.size} rows of ${series.columns} numbers${series.scaling ? ", scaled" : ""}. scoreSeries and scoreWindow take rows as they`,
          "come, in the order of time.",
          ...(series.splitAtGaps
            ? [
                "It was trained on windows that cross no gap in time: give it each stretch between two gaps by itself.",
              ]
            : []),
        ]
      : []),
    ...(table
      ? [
          "Rows may also be objects with the cells of a table by the names of its columns:",
          ...columnLines(table),
          ...(series ? ["Functions that take windows then take the whole series, and cut it."] : []),
        ]
      : []),
    "It calculates in double precision with the engine's own Math.exp and the like, so results differ from Isthmus's, and",
    "from engine to engine, in the last digits of single precision.",
  ];
  return lines.map((line) => `// ${line}`.trimEnd()).join("\n");
}

function columnLines(preprocessor: TablePreprocessor): string[] {
  // These two end a line of JavaScript, and so would end the comment.
  const written = (text: string) => JSON.stringify(text).replace(/[\u2028\u2029]/g, " ");
  return preprocessor.columns.map(({ name, type }) => `  ${written(name)}: ${type}`);
}
