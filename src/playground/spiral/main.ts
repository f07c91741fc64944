import { problemText, readAddress, writeAddress } from "../shared/address.js";
import { errorText, startWorker } from "../shared/channel.js";
import { byId, setText } from "../shared/dom.js";
import { downloadBytes, readBytes, takeFiles } from "../shared/files.js";
import { foldOnNarrow } from "../shared/fold.js";
import { offer, SettingsForm } from "../shared/form.js";
import { bindKeys } from "../shared/keys.js";
import { offerSpeeds } from "../shared/pace.js";
import { PresetRow } from "../shared/presetRow.js";
import { copyAddress } from "../shared/share.js";
import { statusOf } from "../shared/status.js";
import { explainTerms } from "../shared/whatIsThis.js";
import type { FromWorker, Phase, ToWorker } from "./spiralMessages.js";
import { PRESETS } from "./spiralPresets.js";
import { CHOICES, SETTINGS, type SpiralSettings } from "./spiralSettings.js";
import { View } from "./view.js";

/** Models for points are far smaller than this. */
const LARGEST_FILE = 2 ** 28;

/** Label of the first button. */
const TRAIN_BUTTON: Record<Phase, string> = {
  ready: "Start",
  training: "Pause",
  paused: "Resume",
  finished: "Resume",
  failed: "Start",
};

const button = (id: string) => byId(id, HTMLButtonElement);
const buttons = {
  train: button("train"),
  step: button("step"),
  reset: button("reset"),
  copy: button("copy"),
  download: button("download"),
};
const status = statusOf(byId("status", HTMLElement), byId("alert", HTMLElement));
const view = new View(() => worker.send({ kind: "drawn" }));
const worker = startWorker<ToWorker, FromWorker>("spiral/worker.js", receive, broken);
for (const [name, names] of Object.entries(CHOICES)) offer(byId(name, HTMLSelectElement), names);
const form = new SettingsForm<SpiralSettings>(byId("settings", HTMLFormElement), SETTINGS, changed);
const presets = new PresetRow(PRESETS);
let phase: Phase | undefined;
/** Whether training stops after the current epoch. */
let stepping = false;
/** Whether to train as soon as there is a model, for links that show a trained one. */
let pretraining = false;
/** Name of the file whose model has replaced the one of the settings. */
let loaded: string | undefined;

function receive(message: FromWorker): void {
  switch (message.kind) {
    case "begun":
      loaded = message.begun.name;
      form.showLoaded(message.begun.loaded);
      view.begin(message.begun);
      break;
    case "phase":
      enter(message.phase, message.epoch);
      break;
    case "snapshot":
      view.update(message.snapshot);
      break;
    case "saved":
      downloadBytes("spiral.safetensors", message.bytes);
      status.say("The model has been downloaded.");
      break;
    case "error":
      status.fail(message.message);
  }
}

/** The worker has failed, so nothing can run any more. */
function broken(message: string): void {
  status.fail(`The page's worker has failed: ${message} Reload the page to continue.`);
  for (const name of ["train", "step", "reset", "download"] as const) buttons[name].disabled = true;
}

function enter(next: Phase, epoch: number): void {
  phase = next;
  setText(buttons.train, TRAIN_BUTTON[next]);
  buttons.train.disabled = next === "failed";
  buttons.step.disabled = next === "failed" || next === "training";
  buttons.reset.disabled = false;
  buttons.download.disabled = false;
  if (next === "ready" && pretraining) worker.send({ kind: "train" });
  pretraining &&= next !== "ready";
  status.say(phaseText(next, new Intl.NumberFormat("en").format(epoch)));
}

function phaseText(phase: Phase, epoch: string): string {
  switch (phase) {
    case "ready":
      return loaded === undefined
        ? "Ready."
        : `Loaded ${loaded}. Reset returns to the model of the settings.`;
    case "training":
      return "Training…";
    case "paused":
      return `Paused after epoch ${epoch}.`;
    case "finished":
      return `Stopped after epoch ${epoch}.`;
    case "failed":
      return `Stopped: the model is that of epoch ${epoch}. Change a setting, or reset.`;
  }
}

function begin(undone = false): void {
  status.clear();
  worker.send({ kind: "begin", settings: form.values, undone });
}

function changed(name: keyof SpiralSettings, undone: boolean): void {
  writeAddress(SETTINGS, form.values, false);
  presets.show(undefined);
  if (name === "epochs") {
    worker.send({ kind: "stopEvery", epochs: form.values.epochs });
    return;
  }
  const wasTraining = phase === "training" && !stepping;
  begin(undone);
  if (wasTraining) worker.send({ kind: "train" });
}

/** Begins the run that the page's address describes. */
function beginFromAddress(): void {
  const wish = readAddress(SETTINGS, PRESETS);
  form.values = wish.values;
  writeAddress(SETTINGS, wish.values, true);
  presets.show(wish.preset);
  pretraining = wish.pretrained;
  begin();
  const problem = problemText(wish);
  if (problem) status.fail(problem);
}

async function load(file: File): Promise<void> {
  status.clear();
  try {
    const bytes = await readBytes(file, LARGEST_FILE);
    worker.send({ kind: "load", settings: form.values, name: file.name, bytes }, [bytes.buffer]);
  } catch (error) {
    status.fail(errorText(error));
  }
}

async function copy(): Promise<void> {
  const copied = await copyAddress(buttons.copy);
  const what =
    loaded === undefined ? "The link to this run" : "The link to these settings, not to the loaded model,";
  status.say(`${what} ${copied ? "has been copied" : "can be copied from the field"}.`);
}

buttons.train.addEventListener("click", () => {
  stepping = false;
  if (phase === "training") status.say("Pausing after the current step…");
  worker.send({ kind: phase === "training" ? "pause" : "train" });
});
buttons.step.addEventListener("click", () => {
  stepping = true;
  worker.send({ kind: "step" });
});
buttons.reset.addEventListener("click", () => begin());
buttons.download.addEventListener("click", () => worker.send({ kind: "save" }));
buttons.copy.addEventListener("click", copy);
takeFiles(document.body, byId("file", HTMLInputElement), load);
bindKeys(
  {
    " ": () => buttons.train.click(),
    s: () => buttons.step.click(),
    r: () => buttons.reset.click(),
    u: () => form.undo(),
    c: () => buttons.copy.click(),
    d: () => buttons.download.click(),
  },
  () => byId("keys", HTMLInputElement).checked,
);
foldOnNarrow();
explainTerms();
offerSpeeds(byId("speed", HTMLSelectElement), (wait) => worker.send({ kind: "pace", wait }));
addEventListener("hashchange", beginFromAddress);
beginFromAddress();
