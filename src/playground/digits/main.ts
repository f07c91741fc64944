import "./style.css";
import { problemText, readAddress, writeAddress } from "../shared/address.js";
import { errorText, startWorker } from "../shared/channel.js";
import { byId, setText } from "../shared/dom.js";
import { downloadBytes, readBytes, takeFiles } from "../shared/files.js";
import { foldOnNarrow } from "../shared/fold.js";
import { offer, SettingsForm } from "../shared/form.js";
import { bindKeys } from "../shared/keys.js";
import { OPTIMIZERS } from "../shared/optimizerNames.js";
import { offerSpeeds } from "../shared/pace.js";
import { Painter } from "../shared/painter.js";
import { PresetRow } from "../shared/presetRow.js";
import { copyAddress } from "../shared/share.js";
import { statusOf } from "../shared/status.js";
import { explainTerms } from "../shared/whatIsThis.js";
import { AnomalyView } from "./anomalyView.js";
import { CodeView } from "./codeView.js";
import type { FromWorker, Phase, ToWorker } from "./digitsMessages.js";
import { PRESETS, type TrainedModel } from "./digitsPresets.js";
import { ACTIVATIONS, type DigitsSettings, SETTINGS } from "./digitsSettings.js";
import { DrawView } from "./drawView.js";
import { FeatureView } from "./featureView.js";
import { TrainingView } from "./trainingView.js";

/** Size limit in bytes. MNIST's training pictures are 45 MiB. */
const LARGEST_FILE = 2 ** 29;

const button = (id: string) => byId(id, HTMLButtonElement);
const buttons = {
  train: button("train"),
  step: button("step"),
  reset: button("reset"),
  download: button("download"),
  copy: button("copy"),
  builtIn: button("built-in"),
};
const status = statusOf(byId("status", HTMLElement), byId("alert", HTMLElement));
const training = new TrainingView();
const anomalies = new AnomalyView();
const codes = new CodeView((code) => worker.send({ kind: "decode", code }));
const drawing = new DrawView({
  noise: () => form.values,
  draw: (drawing) => worker.send({ kind: "draw", drawing }),
  erase: () => worker.send({ kind: "erase" }),
  sample: () => worker.send({ kind: "sample" }),
  useCode: (code) => codes.set(code),
});
const features = new FeatureView(() => painter.request());
const painter = new Painter(
  [
    () => training.drawShowcase(),
    () => training.drawLoss(),
    () => codes.drawPicture(),
    () => drawing.draw(),
    () => features.draw(),
    () => codes.drawRanges(),
    () => anomalies.draw(),
  ],
  () => worker.send({ kind: "drawn" }),
);
offer(byId("activation", HTMLSelectElement), ACTIVATIONS);
offer(byId("optimizer", HTMLSelectElement), OPTIMIZERS);
const worker = startWorker<ToWorker, FromWorker>("digits/worker.js", receive, broken);
const form = new SettingsForm<DigitsSettings>(byId("settings", HTMLFormElement), SETTINGS, changed);
const presets = new PresetRow(PRESETS);
let phase: Phase = "preparing";
/** Whether to train as soon as there is a model, for links that show a trained one. */
let pretraining = false;

function receive(message: FromWorker): void {
  switch (message.kind) {
    case "phase":
      enter(message.phase);
      status.say(message.text);
      if (message.phase === "ready" && pretraining) train();
      pretraining &&= message.phase !== "ready";
      return;
    case "data":
      setText(byId("data", HTMLElement), message.title);
      buttons.builtIn.hidden = message.builtIn;
      return;
    case "model":
      form.showLoaded(message.loaded);
      training.begin(message);
      codes.begin(message.latentSize);
      features.begin(message.convolutional);
      break;
    case "progress":
      training.update(message.progress);
      break;
    case "showcase":
      training.showcase = message.showcase;
      break;
    case "analysis":
      codes.analysis = message.analysis;
      anomalies.trained = message.trained;
      anomalies.analysis = message.analysis;
      break;
    case "decoded":
      codes.picture = message.picture;
      break;
    case "drawn":
      drawing.trained = message.trained;
      drawing.drawn = message.drawn;
      break;
    case "features":
      features.features = message.features;
      break;
    case "sample":
      drawing.sample = message.pixels;
      return;
    case "saved":
      downloadBytes("digits.safetensors", message.bytes);
      status.say("The model has been downloaded.");
      return;
    case "error":
      status.fail(message.message);
      return;
  }
  painter.request();
}

/** The worker has failed, so nothing can run any more. */
function broken(message: string): void {
  status.fail(`The page's worker has failed: ${message} Reload the page to continue.`);
  for (const name of ["train", "step", "reset", "download"] as const) buttons[name].disabled = true;
}

function enter(next: Phase): void {
  phase = next;
  const preparing = next === "preparing";
  setText(buttons.train, next === "training" ? "Pause" : next === "ready" || preparing ? "Start" : "Resume");
  buttons.train.disabled = preparing;
  buttons.step.disabled = preparing || next === "training";
  buttons.reset.disabled = preparing;
  buttons.download.disabled = preparing;
}

function configure(undone = false): void {
  status.clear();
  worker.send({ kind: "configure", settings: form.values, undone });
}

/** Shows the fields that the kind of model has. */
function showFields(): void {
  byId("beta-field", HTMLElement).hidden = form.values.kind !== "variational";
  byId("code-penalty-field", HTMLElement).hidden = form.values.kind === "variational";
  byId("noise", HTMLElement).hidden = form.values.kind !== "denoising";
  byId("hidden-field", HTMLElement).hidden = form.values.layers !== "dense";
}

function changed(name: keyof DigitsSettings, undone: boolean): void {
  writeAddress(SETTINGS, form.values, false);
  presets.show(undefined);
  showFields();
  if (name === "scale") {
    training.scale = form.values.scale;
    painter.request();
  } else if (name === "odd") worker.send({ kind: "odd", mixed: form.values.odd === "mixed" });
  else if (name !== "epochs") {
    const wasTraining = phase === "training";
    configure(undone);
    if (wasTraining) train();
  }
}

function train(): void {
  worker.send({ kind: "train", epochs: form.values.epochs });
}

/** Begins the run that the page's address describes. */
function beginFromAddress(): void {
  const wish = readAddress(SETTINGS, PRESETS);
  const { values } = wish;
  form.values = values;
  writeAddress(SETTINGS, values, true);
  presets.show(wish.preset);
  showFields();
  training.scale = values.scale;
  worker.send({ kind: "odd", mixed: values.odd === "mixed" });
  const trained = PRESETS.find(({ name }) => name === wish.preset?.name)?.trained;
  const finished = wish.changed ? undefined : trained;
  pretraining = wish.pretrained && !finished;
  if (finished) void showTrained(finished);
  else configure();
  const problem = problemText(wish);
  if (problem) status.fail(problem);
}

/** Shows a model that has been trained before, or one of the settings if it cannot be loaded. */
async function showTrained({ file, name, values }: TrainedModel): Promise<void> {
  status.clear();
  const settings = form.values;
  try {
    const answer = await fetch(file);
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    if (settings !== form.values) return;
    const trained = { ...settings, ...values };
    worker.send({ kind: "trained", settings, trained, name, bytes }, [bytes.buffer]);
  } catch (error) {
    configure();
    status.fail(`The trained model cannot be loaded: ${errorText(error)}.`);
  }
}

async function open(file: File): Promise<void> {
  status.clear();
  try {
    const bytes = await readBytes(file, LARGEST_FILE);
    worker.send({ kind: "open", name: file.name, bytes }, [bytes.buffer]);
  } catch (error) {
    status.fail(errorText(error));
  }
}

async function copy(): Promise<void> {
  const copied = await copyAddress(buttons.copy);
  status.say(
    copied ? "The link to this run has been copied." : "The link to this run can be copied from the field.",
  );
}

/** Makes a button send a message to the worker, and clears earlier errors. */
function ask(pressed: HTMLButtonElement, message: () => ToWorker): void {
  pressed.addEventListener("click", () => {
    status.clear();
    worker.send(message());
  });
}

ask(buttons.train, () =>
  phase === "training" ? { kind: "pause" } : { kind: "train", epochs: form.values.epochs },
);
ask(buttons.step, () => ({ kind: "step" }));
ask(buttons.reset, () => ({ kind: "reset" }));
ask(buttons.download, () => ({ kind: "save" }));
ask(buttons.builtIn, () => ({ kind: "builtIn" }));
buttons.copy.addEventListener("click", copy);
takeFiles(document.body, byId("file", HTMLInputElement), open);
bindKeys(
  {
    " ": () => buttons.train.click(),
    s: () => buttons.step.click(),
    r: () => buttons.reset.click(),
    u: () => form.undo(),
    c: () => buttons.copy.click(),
    d: () => buttons.download.click(),
    x: () => button("clear").click(),
    l: () => button("sample").click(),
  },
  () => byId("keys", HTMLInputElement).checked,
);
foldOnNarrow();
explainTerms();
offerSpeeds(byId("speed", HTMLSelectElement), (wait) => worker.send({ kind: "pace", wait }));
addEventListener("hashchange", beginFromAddress);
beginFromAddress();
