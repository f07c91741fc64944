import type { Ensemble } from "../../anomaly/ensemble.js";
import type { TablePreprocessor } from "../../data/index.js";
import { modelGraph } from "../modelGraph.js";
import type { ModuleParts } from "./layerCalls.js";
import { modelFunctions } from "./modelFunctions.js";
import { doublesText } from "./weightBlock.js";

/** The members of an ensemble as functions, and the constant `ensemble`. */
export interface EnsembleText {
  readonly functions: string;
  readonly constants: string;
}

/** @param preprocessor says in its words what the columns' features stand for */
export function ensembleText(
  ensemble: Ensemble,
  preprocessor: TablePreprocessor | undefined,
  parts: ModuleParts,
): EnsembleText {
  const { pieces } = parts;
  for (const name of ["ensembleScores", "ensembleReasons"]) pieces.use(name);
  const members = ensemble.members.map(({ model, meanErrors }, index) => {
    const functions = modelFunctions(modelGraph(model), `member${index}`, parts);
    const call = `(x) => ${functions.decoder}(${functions.encoder}(x))`;
    return {
      text: functions.text,
      constant: `    { reconstruct: ${call}, meanErrors: Float64Array.from(${doublesText(meanErrors, pieces)}) },`,
    };
  });
  const { offset, scale } = ensemble.scaling;
  const constants = [
    "const ensemble = {",
    "  columns: [",
    ...columnLines(ensemble, preprocessor),
    "  ],",
    `  scaling: { offset: ${doublesText(offset, pieces)}, scale: ${doublesText(scale, pieces)} },`,
    "  members: [",
    ...members.map(({ constant }) => constant),
    "  ],",
    "};",
  ];
  return { functions: members.map(({ text }) => text).join("\n\n"), constants: constants.join("\n") };
}

function columnLines({ columns }: Ensemble, preprocessor: TablePreprocessor | undefined): string[] {
  return columns.map(({ name, features }, index) => {
    const column = preprocessor?.columns[index];
    // A number alone says what it is.
    const plain = !column || (column.type === "number" && features.length === 1);
    const describe = plain ? "" : `, describe: (values) => tableColumns[${index}].describe(values)`;
    return `    { name: ${JSON.stringify(name)}, features: [${features.join(", ")}]${describe} },`;
  });
}
