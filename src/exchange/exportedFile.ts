/** One of the files that an export makes. */
export interface ExportedFile {
  /** Its path, relative to the folder that all of them belong in, with `/` between folders. */
  readonly name: string;
  /** Its whole contents. */
  readonly bytes: Uint8Array;
}
