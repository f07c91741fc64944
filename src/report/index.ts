/**
 * What was found, as a page to read.
 *
 * @module isthmus/report
 */
export { detectionReport } from "./detection/detectionReport.js";
export type { DetectionReportOptions, ReportedDetection } from "./detection/detectionSubject.js";
