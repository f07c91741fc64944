import type { ScalingParameters } from "../data/scaling.js";
import {
  type AutoencoderDescription,
  type CheckedDescription,
  checkDescription,
} from "../network/description.js";
import type { Learner } from "../network/learner.js";
import { loadWeights } from "../network/namedWeights.js";
import { decodeCheckpoint, toLearnerState } from "../saving/checkpoint.js";
import { decodeModelFile, type SafetensorsFile } from "../saving/modelFile.js";
import { type Preprocessor, preprocessorText } from "../saving/preprocessorText.js";
import type { Progress } from "../training/progress.js";

/** What a model is built from: options, a file or a checkpoint, checked. */
export interface Blueprint {
  readonly description: CheckedDescription;
  /** What makes the model's samples, as JSON text. */
  readonly preprocessor: string | undefined;
  /** Writes all weights of the new model; without it, they are drawn from the seed. */
  readonly load?: (learner: Learner) => void;
  /** What its scaling has learned. */
  readonly scaling?: ScalingParameters | undefined;
  /** The training that the model continues. */
  readonly progress?: Progress | undefined;
}

/** A model with random initial weights. */
export function newBlueprint(
  description: AutoencoderDescription,
  preprocessor: Preprocessor | undefined,
): Blueprint {
  return {
    description: checkDescription(description),
    preprocessor: preprocessor === undefined ? undefined : preprocessorText(preprocessor),
  };
}

/** The model in a file. @throws {FormatError} if there is none in it */
export function fileBlueprint(file: SafetensorsFile): Blueprint {
  const { description, preprocessor, weights, scaling } = decodeModelFile(file);
  const load = ({ network }: Learner) => loadWeights(network, weights);
  return { description, preprocessor, load, scaling };
}

/** The model in a checkpoint, in the midst of its training. @throws {FormatError} if there is none in it */
export function checkpointBlueprint(file: SafetensorsFile): Blueprint {
  const checkpoint = decodeCheckpoint(file);
  const { description, preprocessor, scaling, progress } = checkpoint;
  const load = (learner: Learner) => learner.load(toLearnerState(learner, checkpoint));
  return { description, preprocessor, load, scaling, progress };
}
