import { expect, test } from "vitest";
import { crc32c } from "../../src/formats/crc32.js";
import { scalarRecord, startRecord, versionRecord } from "../../src/formats/eventRecord.js";

test("crc32c is RFC 3720's", () => {
  // Appendix B.4.
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
});

test("records have the bytes that TensorBoard's own RecordWriter and messages give", () => {
  const step = 5_000_000_000;
  const records = [
    versionRecord(1700000000.5),
    startRecord({ wallTime: 1700000000.5, step: 3 }),
    scalarRecord({ wallTime: 1700000001.25, step: 0 }, [["epoch_loss", 0.1]]),
    scalarRecord({ wallTime: 1700000001.25, step }, [
      ["epoch_loss", 0.25],
      ["epoch_mean_squared_error", 1e-30],
    ]),
  ];
  // By tensorboard 2.21: tensorboard.compat.proto.event_pb2, SerializeToString(deterministic=True).
  expect(records.map((bytes) => Buffer.from(bytes).toString("hex"))).toEqual([
    [
      "2300000000000000b09f77430900002040fc54d9411a0d627261696e2e4576656e743a3252090a07697374686d75731f",
      "77cb82",
    ].join(""),
    "0f000000000000006d532b090900002040fc54d94110033a02080120ab681c",
    [
      "34000000000000005e33175c0900005040fc54d9412a290a270a0a65706f63685f6c6f7373420a080112002a04cdcccc",
      "3d4a0d0a090a077363616c61727320019418a6ab",
    ].join(""),
    [
      "71000000000000009c97e7730900005040fc54d9411080e497d0122a600a270a0a65706f63685f6c6f7373420a080112",
      "002a040000803e4a0d0a090a077363616c61727320010a350a1865706f63685f6d65616e5f737175617265645f657272",
      "6f72420a080112002a046042a20d4a0d0a090a077363616c6172732001479d7746",
    ].join(""),
  ]);
});
