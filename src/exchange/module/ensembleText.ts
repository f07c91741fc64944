import type { Ensemble } from "../../anomaly/ensemble.js";
import type { FeatureColumn, TablePreprocessor } from "../../data/index.js";
import { modelGraph } from "../modelGraph.js";
import type { ModuleParts } from "./layerCalls.js";
import { modelFunctions } from "./modelFunctions.js";
import { doublesText } from "./weightBlock.js";

/** The members of an ensemble as functions, and the constant `ensemble`. */
export interface EnsembleText {
  readonly functions: string;
  readonly constants: string;
}

/**
 * @param preprocessor says in its words what the columns' features stand for
 * @param windowed whether a sample has the features of several rows
 */
export function ensembleText(
  ensemble: Ensemble,
  preprocessor: TablePreprocessor | undefined,
  windowed: boolean,
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
    ...columnLines(ensemble, preprocessor, windowed, pieces),
    "  ],",
    `  scaling: { offset: ${doublesText(offset, pieces)}, scale: ${doublesText(scale, pieces)} },`,
    "  members: [",
    ...members.map(({ constant }) => constant),
    "  ],",
    "};",
  ];
  return { functions: members.map(({ text }) => text).join("\n\n"), constants: constants.join("\n") };
}

function columnLines(
  { columns }: Ensemble,
  preprocessor: TablePreprocessor | undefined,
  windowed: boolean,
  pieces: ModuleParts["pieces"],
): string[] {
  return columns.map(({ name, features }, index) => {
    const column = preprocessor?.columns[index];
    const describe = column ? describeText(index, column, windowed, pieces) : undefined;
    const field = describe === undefined ? "" : `, describe: (values) => ${describe}`;
    return `    { name: ${JSON.stringify(name)}, features: [${features.join(", ")}]${field} },`;
  });
}

/** What describes the features of a column; undefined for a number alone, which says what it is. */
function describeText(
  index: number,
  { type, features }: FeatureColumn,
  windowed: boolean,
  pieces: ModuleParts["pieces"],
): string | undefined {
  const plain = type === "number" && features.length === 1;
  if (!windowed) return plain ? undefined : `tableColumns[${index}].describe(values)`;
  const means = `${pieces.use("windowMeans")}(values, ${features.length})`;
  return plain ? `${means}[0]` : `tableColumns[${index}].describe(${means})`;
}
