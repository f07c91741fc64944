import { oddText } from "../../report/detection/words.js";
import { grouped } from "../shared/showNumber.js";
import type { Flagging } from "./flagging.js";
import type { Find } from "./tableMessages.js";

/**
 * What a person wants to know first, in a sentence or two.
 *
 * @param oddest the first of the odd rows, once it is known
 */
export function verdictText({ rows, flagged, labelled }: Flagging, oddest: Find | undefined): string {
  const count =
    flagged === 0 ? `None of ${grouped(rows)} rows is odd at this threshold.` : `${oddText(flagged, rows)}.`;
  const agreement = labelled
    ? ` The labels call ${grouped(labelled.odd)} odd, and ${grouped(labelled.hits)} of them ${labelled.hits === 1 ? "is" : "are"} flagged.`
    : "";
  const [reason] = oddest?.reasons ?? [];
  const why =
    oddest && flagged > 0 ? ` The oddest is ${oddest.place}${reason ? `: ${reason.text}` : ""}.` : "";
  return count + why + agreement;
}
