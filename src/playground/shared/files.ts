/** Offers bytes to the visitor as a file. */
export function downloadBytes(name: string, bytes: Uint8Array<ArrayBuffer>): void {
  const url = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken hold of the blob by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/**
 * Takes a file that is dropped anywhere on `target`, which has the class `dropping` while one is held over it, or
 * chosen by `input`. Of several files it takes the first.
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
    // The same file can then be chosen again.
    if (file) take(file);
    input.value = "";
  });
}

/**
 * The bytes of a file.
 *
 * @param limit how large it may be
 * @throws {RangeError} when it is larger
 */
export async function readBytes(file: File, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  if (file.size > limit) {
    const size = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
    throw new RangeError(`${file.name} has ${size(file.size)}, but no more than ${size(limit)} are taken`);
  }
  return new Uint8Array(await file.arrayBuffer());
}
