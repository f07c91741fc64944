import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ArgumentError } from "../../src/common/errors.js";
import { assertWritable, saveText } from "../../src/node.js";

const windows = process.platform === "win32";
let folder = "";
const at = (...names: string[]) => join(folder, ...names);
const read = (name: string) => readFileSync(at(name), "utf8");
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-saving-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("leftovers of processes that were killed", () => {
  test("whatever their names, they stop no later save", async () => {
    // In a container every process may have the same id, and counts its writes from the same number.
    for (let write = 0; write < 200; write++) writeFileSync(at(`.x.${process.pid}-${write}.tmp`), "");
    await saveText(at("x"), "saved");
    expect(read("x")).toBe("saved");
  });

  test("old ones of the same file are removed, and nothing else", async () => {
    const old = new Date(Date.now() - 7_200_000);
    const names = {
      old: ".model.0123456789ab.isthmus.tmp",
      fresh: ".model.0123456789ac.isthmus.tmp",
      other: ".model2.0123456789ab.isthmus.tmp",
      longer: ".model.x.0123456789ab.isthmus.tmp",
      foreign: ".model.0123456789ab.tmp",
      notHex: ".model.0123456789xy.isthmus.tmp",
    };
    for (const name of Object.values(names)) {
      writeFileSync(at(name), "");
      if (name !== names.fresh) utimesSync(at(name), old, old);
    }
    mkdirSync(at(".model.00000000000f.isthmus.tmp"));
    utimesSync(at(".model.00000000000f.isthmus.tmp"), old, old);
    await saveText(at("model"), "saved");
    const { old: removed, ...kept } = names;
    expect(existsSync(at(removed))).toBe(false);
    for (const name of [...Object.values(kept), ".model.00000000000f.isthmus.tmp", "model"])
      expect(existsSync(at(name)), name).toBe(true);
  });
});

test("names may be as long as the system allows", async () => {
  for (const name of ["n".repeat(250), "é".repeat(125), "🙂".repeat(62)]) {
    expect(Buffer.byteLength(name)).toBeGreaterThanOrEqual(248);
    await assertWritable(at(name));
    await saveText(at(name), "saved");
    await saveText(at(name), "saved again");
    expect(read(name)).toBe("saved again");
  }
  expect(readdirSync(folder)).toHaveLength(3);
});

describe.skipIf(windows)("mode and owner", () => {
  test.each([0o600, 0o664, 0o444])("a file that is replaced keeps its mode %o", async (mode) => {
    // Root may write what nobody may write.
    if (mode === 0o444 && process.getuid!() !== 0) return;
    writeFileSync(at("x"), "before");
    chmodSync(at("x"), mode);
    await saveText(at("x"), "after");
    expect([read("x"), statSync(at("x")).mode & 0o777]).toEqual(["after", mode]);
  });

  test.skipIf(!windows && process.getuid!() !== 0)("root leaves a file to its owner", async () => {
    writeFileSync(at("x"), "before");
    chownSync(at("x"), 1234, 2345);
    chmodSync(at("x"), 0o640);
    await saveText(at("x"), "after");
    const { uid, gid, mode } = statSync(at("x"));
    expect([read("x"), uid, gid, mode & 0o777]).toEqual(["after", 1234, 2345, 0o640]);
  });

  test("a new file is made as the system makes new files", async () => {
    writeFileSync(at("reference"), "");
    await saveText(at("x"), "");
    expect(statSync(at("x")).mode).toBe(statSync(at("reference")).mode);
  });
});

describe.skipIf(windows)("links", () => {
  test("one that leads to no file yet makes that file, and stays a link", async () => {
    mkdirSync(at("elsewhere"));
    symlinkSync("elsewhere/new", at("link"));
    symlinkSync(at("link"), at("second"));
    await assertWritable(at("second"));
    expect(existsSync(at("elsewhere/new"))).toBe(false);
    await saveText(at("second"), "saved");
    expect([readlinkSync(at("second")), readlinkSync(at("link"))]).toEqual([at("link"), "elsewhere/new"]);
    expect(read("elsewhere/new")).toBe("saved");
    expect(readdirSync(at("elsewhere"))).toEqual(["new"]);
  });

  test("a relative one counts from its own folder, which may be a link, too", async () => {
    mkdirSync(at("deep", "er"), { recursive: true });
    symlinkSync(at("deep/er"), at("short"));
    symlinkSync("../up", at("deep/er/link"));
    await saveText(at("short/link"), "saved");
    expect(read("deep/up")).toBe("saved");
    expect(existsSync(at("up"))).toBe(false);
  });

  test("those into a missing folder, and back to themselves, are refused", async () => {
    symlinkSync("none/x", at("lost"));
    symlinkSync("round", at("round"));
    for (const [name, message] of [
      ["lost", /lost cannot be written: there is no folder .*none/],
      ["round", /round cannot be written: .*(ELOOP|back to itself)/],
    ] as const) {
      await expect(assertWritable(at(name))).rejects.toThrow(message);
      await expect(saveText(at(name), "x")).rejects.toThrow(message);
    }
    await expect(saveText(at("lost"), "x")).rejects.toThrow(ArgumentError);
  });

  test("another name of the same file keeps the old content", async () => {
    writeFileSync(at("x"), "before");
    linkSync(at("x"), at("y"));
    await saveText(at("x"), "after");
    expect([read("x"), read("y")]).toEqual(["after", "before"]);
  });
});

test.skipIf(windows || process.getuid!() === 0)(
  "a folder in which no file can be made is found before work",
  async () => {
    mkdirSync(at("closed"), { mode: 0o555 });
    await expect(assertWritable(at("closed/x"))).rejects.toThrow(/closed.x cannot be written: EACCES/);
  },
);
