import { makeDigits, type PictureSet, takePictures } from "./pictureSet.js";

interface PictureFile {
  readonly name: string;
  readonly pictures: Uint8Array;
}

/** Where the pictures come from: a file, or else the built-in digits. They are made again only if that has changed. */
export class PictureSource {
  readonly #tell: (doing: string) => void;
  #made: { file: PictureFile | undefined; samples: number; seed: number; set: PictureSet } | undefined;
  /** Undefined for the built-in digits. */
  file: PictureFile | undefined;

  /** @param tell called before what takes a while */
  constructor(tell: (doing: string) => void) {
    this.#tell = tell;
  }

  /** The pictures of the settings. */
  take({ samples, seed }: { samples: number; seed: number }): PictureSet {
    const { file } = this;
    const made = this.#made;
    if (made && made.file === file && made.samples === samples && (file || made.seed === seed))
      return made.set;
    this.#tell(file ? "Reading the pictures…" : `Making ${samples.toLocaleString("en")} digits…`);
    const set = file ? takePictures(file.name, file.pictures, samples) : makeDigits(samples, seed);
    this.#made = { file, samples, seed, set };
    return set;
  }
}
