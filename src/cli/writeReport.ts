import type { Autoencoder } from "../index.js";
import { saveBytes, saveText } from "../node.js";
import type { ComparedModel, LossHistory, Subject } from "../report/drawReport.js";
import { counted } from "../report/numberText.js";
import { showLayers, showOptimizer } from "./architecture.js";
import type { Examples, Prepared, Source } from "./source.js";
import { described } from "./text.js";

/** What a report needs besides the model and the samples. */
export interface ReportNotes {
  /** Names the model's file to the reader. */
  readonly modelTitle: string;
  readonly history?: LossHistory;
  readonly threshold?: Subject["threshold"];
}

/** Puts together the subject of a report. */
export function subjectOf(
  model: Autoencoder,
  { picture, prepared }: Pick<Source, "picture" | "prepared">,
  { data, title, labels, positions }: Examples,
  { modelTitle, history, threshold }: ReportNotes,
): Subject {
  return {
    model,
    data,
    dataTitle: title,
    modelTitle,
    ...(picture && { image: picture }),
    ...(labels && { labels }),
    ...(positions && { positions }),
    ...(prepared && { featureNames: featureNames(prepared.preprocessor) }),
    ...(history && { history }),
    ...(threshold && { threshold }),
  };
}

/** Names of the values of a sample: of a row's features, or of those of each step of a window. */
function featureNames(preprocessor: Prepared["preprocessor"]): readonly string[] {
  if (!("table" in preprocessor)) return preprocessor.featureNames;
  const names = preprocessor.table.featureNames;
  return Array.from({ length: preprocessor.size }, (_, step) =>
    names.map((name) => `${name}, step ${step + 1}`),
  ).flat();
}

/** Writes a report, whole or not at all. */
export async function writeReport(path: string, subject: Subject): Promise<void> {
  // The drawing code is large, so it is loaded only when needed.
  const { drawReport } = await import("../report/drawReport.js");
  await saveText(path, await drawReport(subject, about(subject)));
}

/** Writes a report that compares models, whole or not at all. */
export async function writeComparison(path: string, models: readonly ComparedModel[]): Promise<void> {
  const { compareModels } = await import("../report/drawReport.js");
  await saveText(path, await compareModels(models));
}

/** Writes one picture as PNG or SVG, depending on the path's ending. */
export async function writePicture(
  path: string,
  subject: Subject,
  name: string,
  dark: boolean,
): Promise<void> {
  const { drawPicture } = await import("../report/drawReport.js");
  const svg = await drawPicture(subject, name, { theme: dark ? "dark" : "light" });
  if (/\.svg$/i.test(path)) return saveText(path, svg);
  const { rasterize } = await import("./rasterize.js");
  await saveBytes(path, await rasterize(svg));
}

function about({ model, dataTitle, modelTitle }: Subject): [string, string][] {
  const { description, parameterCount } = model;
  const { corruption, sparsity, latent, loss, optimizer, scaling, seed } = description;
  return [
    ["data", dataTitle],
    ["model", modelTitle],
    ["layers", showLayers(description)],
    ["parameters", counted(parameterCount)],
    ...(latent ? [["code", described(latent)] as [string, string]] : []),
    ...(corruption ? [["corruption", described(corruption)] as [string, string]] : []),
    ...(sparsity ? [["sparsity", described(sparsity)] as [string, string]] : []),
    ["loss", described(loss)],
    ["optimizer", showOptimizer(optimizer)],
    ...(scaling === undefined ? [] : [["scaling", scaling] as [string, string]]),
    ["seed", String(seed)],
  ];
}
