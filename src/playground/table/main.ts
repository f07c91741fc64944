import "./style.css";
import { problemText, readAddress, writeAddress } from "../shared/address.js";
import { errorText, startWorker } from "../shared/channel.js";
import { byId, setText } from "../shared/dom.js";
import { downloadBytes, readBytes, takeFiles } from "../shared/files.js";
import { foldOnNarrow } from "../shared/fold.js";
import { SettingsForm } from "../shared/form.js";
import { bindKeys } from "../shared/keys.js";
import { PresetRow } from "../shared/presetRow.js";
import { copyAddress } from "../shared/share.js";
import { statusOf } from "../shared/status.js";
import { explainTerms } from "../shared/whatIsThis.js";
import { ColumnsView } from "./columnsView.js";
import { ResultView } from "./resultView.js";
import type { FromWorker, Phase, TableReport, ToWorker } from "./tableMessages.js";
import { PRESETS } from "./tablePresets.js";
import { SETTINGS, type TrainingSettings } from "./tableSettings.js";

/** Size limit in bytes. */
const LARGEST_FILE = 2 ** 28;

const button = (id: string) => byId(id, HTMLButtonElement);
const train = button("train");
const forget = button("forget");
const copy = button("copy");
const progress = byId("progress", HTMLProgressElement);
const status = statusOf(byId("status", HTMLElement), byId("alert", HTMLElement));
const worker = startWorker<ToWorker, FromWorker>("table/worker.js", receive, broken);
const columns = new ColumnsView((choices) => ask({ kind: "choose", choices }));
const result = new ResultView({
  look: (threshold, count) => worker.send({ kind: "look", threshold, count }),
});
const form = new SettingsForm<TrainingSettings>(byId("settings", HTMLFormElement), SETTINGS, changed);
const presets = new PresetRow(PRESETS);
let phase: Phase = "preparing";
/** Whether a detector from a file scores the tables. */
let detector = false;

function receive(message: FromWorker): void {
  switch (message.kind) {
    case "phase":
      enter(message.phase);
      status.say(message.text);
      break;
    case "table":
      take(message.report);
      break;
    case "progress":
      progress.max = message.members;
      progress.value = message.member;
      status.say(`Training: ${message.member} of ${message.members} autoencoders are trained…`);
      break;
    case "scored":
      result.scored = message.scored;
      break;
    case "finds":
      result.finds = message;
      break;
    case "file":
      downloadBytes(message.name, message.bytes);
      status.say(`${message.name} has been downloaded.`);
      break;
    case "error":
      status.fail(message.message);
  }
}

function take(report: TableReport): void {
  detector = report.detector !== undefined;
  columns.report = report;
  const { timeColumn } = report;
  byId("series", HTMLElement).hidden = timeColumn === undefined || detector;
  setText(
    byId("window-hint", HTMLElement),
    `0: each row stands alone. Else rows are ordered by ${timeColumn}, and windows of so many rows are scored.`,
  );
}

/** The worker has failed, so nothing can run any more. */
function broken(message: string): void {
  status.fail(`The page's worker has failed: ${message} Reload the page to continue.`);
  train.disabled = true;
}

function enter(next: Phase): void {
  phase = next;
  const training = next === "training";
  setText(train, training ? "Stop" : "Find odd rows");
  train.disabled = detector || next === "preparing" || next === "empty";
  train.hidden = detector;
  forget.hidden = !detector;
  progress.hidden = !training;
  if (training) progress.value = 0;
  byId("drop-card", HTMLElement).hidden = next !== "empty";
  if (next === "empty") byId("columns-card", HTMLElement).hidden = true;
  else if (next !== "preparing") byId("columns-card", HTMLElement).hidden = false;
  if (next === "empty" || next === "ready") result.hide();
}

/** Sends a request, and clears earlier errors. */
function ask(message: ToWorker, transfer: Transferable[] = []): void {
  status.clear();
  worker.send(message, transfer);
}

function showFields(): void {
  byId("share-field", HTMLElement).hidden = form.values.rule !== "share";
  byId("stride-field", HTMLElement).hidden = form.values.window === 0;
}

function changed(): void {
  // The presets are about tables, not about settings.
  writeAddress(SETTINGS, form.values, true);
  showFields();
}

/** Takes the settings of the page's address. */
function takeAddress(): string | undefined {
  const wish = readAddress(SETTINGS, PRESETS);
  form.values = wish.values;
  changed();
  presets.show(wish.preset);
  const problem = problemText(wish);
  if (problem) status.fail(problem);
  return wish.preset?.name;
}

async function open(file: File): Promise<void> {
  try {
    const bytes = await readBytes(file, LARGEST_FILE);
    ask({ kind: "open", name: file.name, bytes }, [bytes.buffer]);
  } catch (error) {
    status.fail(errorText(error));
  }
}

train.addEventListener("click", () =>
  ask(phase === "training" ? { kind: "stop" } : { kind: "train", settings: form.values }),
);
forget.addEventListener("click", () => ask({ kind: "forget" }));
button("example").addEventListener("click", () => ask({ kind: "example", seed: form.values.seed }));
button("save-table").addEventListener("click", () => ask({ kind: "saveTable", threshold: result.threshold }));
button("save-detector").addEventListener("click", () =>
  ask({ kind: "saveDetector", threshold: result.threshold }),
);
copy.addEventListener("click", async () => {
  const copied = await copyAddress(copy);
  status.say(
    copied ? "The link with these settings has been copied." : "The link can be copied from the field.",
  );
});
takeFiles(document.body, byId("file", HTMLInputElement), open);
bindKeys(
  {
    " ": () => train.click(),
    o: () => byId("file", HTMLInputElement).click(),
    e: () => button("example").click(),
    u: () => form.undo(),
    c: () => copy.click(),
    d: () => button("save-table").click(),
  },
  () => byId("keys", HTMLInputElement).checked,
);
foldOnNarrow();
explainTerms();
addEventListener("hashchange", takeAddress);
const preset = takeAddress();
enter("empty");
status.say("Open a table, or try the built-in example.");
if (preset === "pumps") button("example").click();
