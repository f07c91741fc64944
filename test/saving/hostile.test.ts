import { describe, expect, test } from "vitest";
import { historyOf } from "../../src/cli/savedHistory.js";
import { encodeSafetensors } from "../../src/formats/safetensors.js";
import {
  AnomalyDetector,
  ArgumentError,
  Autoencoder,
  adam,
  FormatError,
  nadam,
  OutOfMemoryError,
  type Schedule,
  warmup,
} from "../../src/index.js";
import { OptimizerClock } from "../../src/optimizers/clock.js";
import { parts } from "../support/forged.js";
import { failure, smallModel, values, weightBits } from "../support/models.js";

const samples = values(20, 6);
const model = await smallModel({ optimizer: nadam() });
await model.fit(samples, { epochs: 1 });
const detector = new AnomalyDetector(model);
await detector.fit(samples);

/** What is wrong about a file with one text of its metadata replaced; undefined when it is taken. */
async function taken(bytes: Uint8Array, key: string, text: string): Promise<unknown> {
  const { tensors, metadata } = parts(bytes);
  const file = encodeSafetensors(tensors, { ...metadata, [key]: text });
  try {
    if (key === "training") await (await Autoencoder.fromCheckpoint(file)).dispose();
    else if (key === "isthmus") await (await Autoencoder.fromSafetensors(file)).dispose();
    else await (await AnomalyDetector.fromSafetensors(file)).model.dispose();
    return undefined;
  } catch (error) {
    return error;
  }
}

const FILES: [key: string, bytes: Uint8Array][] = [
  ["isthmus", model.toSafetensors()],
  ["training", model.toCheckpoint()],
  ["isthmus.anomalyDetector", detector.toSafetensors()],
];

const DEEP = `${"[".repeat(20_000)}1${"]".repeat(20_000)}`;
const DEEP_OBJECT = `${'{"kind":"warmup","warmupSteps":1,"schedule":'.repeat(20_000)}1${"}".repeat(20_000)}`;
/** JSON that is not what any member has, and on which conversions to text and recursions fail. */
const HOSTILE = [
  "null",
  "true",
  "-1",
  "1.5",
  "1e999",
  "9007199254740991",
  "9007199254740993",
  '"x"',
  '""',
  "[]",
  "{}",
  "[null]",
  "[[1]]",
  '{"toString":1}',
  '{"toString":1,"valueOf":1}',
  '{"valueOf":null,"toString":null}',
  '{"constructor":null}',
  '{"constructor":{"name":{"toString":1}}}',
  '{"__proto__":{"kind":"dense"}}',
  '{"__proto__":null}',
  '{"length":9007199254740991}',
  '{"kind":{"toString":1}}',
  '{"kind":"__proto__"}',
  '{"kind":"constructor"}',
  '{"kind":"toString"}',
  '{"then":1}',
  DEEP,
  DEEP_OBJECT,
];

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
const PLACE = "\u0001";

/** The texts of a JSON value with each of its parts, once, replaced by a place for another. */
function* withPlaces(value: Json): Generator<Json> {
  yield PLACE;
  if (typeof value !== "object" || value === null) return;
  for (const [key, part] of Object.entries(value)) {
    for (const changed of withPlaces(part)) {
      yield Array.isArray(value)
        ? value.map((other, i) => (String(i) === key ? changed : other))
        : { ...value, [key]: changed };
    }
  }
  if (!Array.isArray(value)) yield { ...value, surplus: PLACE };
}

describe.each(FILES)("__metadata__.%s", (key, bytes) => {
  const text = parts(bytes).metadata[key]!;
  const texts = [...withPlaces(JSON.parse(text) as Json)].map((value) => JSON.stringify(value));

  test("itself is taken", async () => {
    expect(await taken(bytes, key, text)).toBeUndefined();
  });

  test("with anything else in any place is taken or refused in words", async () => {
    let refusals = 0;
    for (const template of texts) {
      for (const hostile of HOSTILE) {
        const error = await taken(
          bytes,
          key,
          template.replace(JSON.stringify(PLACE), () => hostile),
        );
        if (error === undefined) continue;
        refusals++;
        if (!(error instanceof OutOfMemoryError))
          expect(error, `${hostile.slice(0, 50)} in ${template}`).toBeInstanceOf(FormatError);
        expect((error as Error).message.length).toBeLessThan(1000);
      }
    }
    expect(refusals).toBeGreaterThan(texts.length * 15);
  });
});

test("a history for reports is taken or refused in words, whatever it is", async () => {
  const { metadata } = parts(model.toSafetensors());
  const { loss, valLoss, reconstructionLoss, klLoss } = model.history;
  const history = { loss, valLoss, reconstructionLoss, klLoss } as unknown as Json;
  for (const template of [...withPlaces(history)].map((value) => JSON.stringify(value))) {
    for (const hostile of HOSTILE) {
      const text = template.replace(JSON.stringify(PLACE), () => hostile);
      const file = { metadata: { ...metadata, "isthmus.history": text } };
      const read = await historyOf("model", file, model.description).catch((error: unknown) => error);
      if (read instanceof Error) expect(read).toBeInstanceOf(FormatError);
      else expect((read as typeof model.history).loss.every(Number.isFinite)).toBe(true);
    }
  }
});

test("a header that nests deeply is refused", async () => {
  for (const deep of [DEEP, `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`]) {
    for (const json of [`{"__metadata__":${deep}}`, `{"a":${deep}}`, `{"a":{"dtype":${deep}}}`]) {
      const header = new TextEncoder().encode(json);
      const file = new Uint8Array(8 + header.length);
      new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
      file.set(header, 8);
      expect(await failure(() => Autoencoder.fromSafetensors(file))).toBeInstanceOf(FormatError);
    }
  }
});

describe("steps of an optimizer", () => {
  const { tensors, metadata } = parts(model.toCheckpoint());
  const withSteps = (steps: number, beta2 = 0.999) => {
    const description = JSON.parse(metadata.isthmus!);
    description.optimizer.beta2 = beta2;
    const training = JSON.stringify({ ...JSON.parse(metadata.training!), steps });
    return encodeSafetensors(tensors, { ...metadata, isthmus: JSON.stringify(description), training });
  };

  test("may be as many as a number can say", async () => {
    for (const steps of [1e6, 1e12, 2 ** 52 - 1000]) {
      const resumed = await Autoencoder.fromCheckpoint(withSteps(steps), { engine: { math: "portable" } });
      await resumed.fit(samples, { epochs: 2 });
      expect(resumed.getWeights().every(({ data }) => data.every(Number.isFinite))).toBe(true);
      const again = await Autoencoder.fromCheckpoint(resumed.toCheckpoint());
      expect(weightBits(again)).toBe(weightBits(resumed));
      await Promise.all([resumed.dispose(), again.dispose()]);
    }
  });

  test("are refused at once where no count can go on", async () => {
    const error = await failure(() => Autoencoder.fromCheckpoint(withSteps(Number.MAX_SAFE_INTEGER)));
    expect(error).toBeInstanceOf(FormatError);
    expect((error as Error).message).toMatch(/steps must be at most 4503599627370496, not 9007199254740991/);
  });

  test("are refused where counting them would take for ever", async () => {
    const nearlyOne = 1 - 2 ** -53;
    const error = await failure(() => Autoencoder.fromCheckpoint(withSteps(2 ** 40, nearlyOne)));
    expect(error).toBeInstanceOf(FormatError);
    expect((error as Error).message).toMatch(/steps is 1099511627776, but with .* at most 1073741824/);
    await (await Autoencoder.fromCheckpoint(withSteps(1e6, nearlyOne))).dispose();
  });

  // 0.999ᵗ is 0 after some 745,000 steps; 0.5ᵗ after 1,075.
  test.each([
    ["nadam", nadam(), 800_000],
    ["adam", adam(), 800_000],
    ["powers that end early", nadam({ beta1: 0, beta2: 0.5 }), 40_000],
    ["a power that rounds to itself", adam({ beta1: 0.99, beta2: 0.75 }), 100_000],
  ])("are the bits of a clock that ticked so often: %s", (_, optimizer, most) => {
    const through = new OptimizerClock(optimizer);
    const stops = [1, 7, most / 8, most / 2, most - 1, most];
    for (let steps = 0; steps <= most; steps++) {
      if (stops.includes(steps)) {
        const resumed = new OptimizerClock(optimizer);
        resumed.reset(steps);
        expect(resumed.steps).toBe(steps);
        const twin = new OptimizerClock(optimizer);
        twin.reset(steps + 1);
        expect(resumed.tick()).toEqual(through.tick());
        expect(twin.tick()).toEqual(resumed.tick());
        twin.reset(steps + 1);
      } else through.tick();
    }
  });
});

test("a checkpoint with fewer epochs behind it than its history has is refused", async () => {
  const { tensors, metadata } = parts(model.toCheckpoint());
  for (const [epochs, message] of [
    [0, /epochs is 0, but the history has 1/],
    [2 ** 32, /epochs must be at most 4294967295, not 4294967296/],
  ] as const) {
    const training = JSON.stringify({ ...JSON.parse(metadata.training!), epochs });
    const error = await failure(() =>
      Autoencoder.fromCheckpoint(encodeSafetensors(tensors, { ...metadata, training })),
    );
    expect(error).toBeInstanceOf(FormatError);
    expect((error as Error).message).toMatch(message);
  }
});

test("schedules nest no deeper than files can say, whoever makes them", async () => {
  let schedule: number | Schedule = 0.01;
  for (let depth = 0; depth < 100; depth++) schedule = warmup({ warmupSteps: 1, schedule });
  const deepest = await smallModel({ optimizer: adam({ learningRate: schedule }) });
  const same = await Autoencoder.fromSafetensors(deepest.toSafetensors());
  expect(same.description).toEqual(deepest.description);
  expect(() => warmup({ warmupSteps: 1, schedule })).toThrow(ArgumentError);
  const round = { kind: "warmup", warmupSteps: 1, initialLearningRate: 0 } as { schedule?: unknown };
  round.schedule = round;
  expect(() => adam({ learningRate: round as Schedule })).toThrow(/at most 100 warmups/);
});
