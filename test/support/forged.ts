import { decodeSafetensors, type NamedTensor } from "../../src/formats/safetensors.js";
import { CHECKSUM } from "../../src/saving/checksum.js";

/** What a file holds, but for its checksum: whoever forges a file leaves that out. */
export function parts(bytes: Uint8Array): { tensors: NamedTensor[]; metadata: Record<string, string> } {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const { [CHECKSUM]: _, ...others } = metadata;
  return { tensors: [...tensors.values()], metadata: others };
}
