/** Lets the visitor download bytes as a file. */
export function downloadBytes(name: string, bytes: Uint8Array<ArrayBuffer>): void {
  const url = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // By then, the browser has its own reference to the blob.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/**
 * Calls `take` with a file that the visitor drops anywhere on `target` or chooses with `input`; of several files, the
 * first. While a file is held over `target`, it has the class `dropping`.
 */
export function takeFiles(target: HTMLElement, input: HTMLInputElement, take: (file: File) => void): void {
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
  target.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    target.classList.add("dropping");
  });
  target.addEventListener("dragleave", (event) => {
    if (!(event.relatedTarget instanceof Node && target.contains(event.relatedTarget)))
      target.classList.remove("dropping");
  });
  target.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    target.classList.remove("dropping");
    const file = event.dataTransfer?.files[0];
    if (file) take(file);
  });
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    // Reset it, so that the visitor can choose the same file again.
    if (file) take(file);
    input.value = "";
  });
}

/**
 * Reads a file.
 *
 * @param limit maximum size in bytes
 * @throws {RangeError} if the file is larger
 */
export async function readBytes(file: File, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  if (file.size > limit) {
    const size = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
    throw new RangeError(`${file.name} has ${size(file.size)}, but the limit is ${size(limit)}`);
  }
  return new Uint8Array(await file.arrayBuffer());
}
