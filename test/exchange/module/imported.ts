import type { ExportedModule } from "../../../src/exchange/module/exportModule.js";

/** What the module of a model exports. */
export interface ModelModule {
  encode(samples: unknown): Float32Array;
  decode(codes: unknown): Float32Array;
  reconstruct(samples: unknown): Float32Array;
  score(samples: unknown): Float32Array;
}

/** What that of a detector exports. */
export interface DetectorModule extends ModelModule {
  readonly threshold: number;
  flag(samples: unknown, limit?: number): Uint8Array;
}

/** The text of an exported module. */
export function textOf({ files }: ExportedModule): string {
  return new TextDecoder().decode(files[0].bytes);
}

/** Imports an exported module, as a runtime does that has no files. */
export async function imported<T>(exported: ExportedModule): Promise<T> {
  const text = Buffer.from(files(exported)).toString("base64");
  return (await import(/* @vite-ignore */ `data:text/javascript;base64,${text}`)) as T;
}

function files({ files: [script] }: ExportedModule): Uint8Array {
  return script.bytes;
}
