// `isthmus/report`: what was found, as a page to read.
export { detectionReport } from "./detection/detectionReport.js";
export type { DetectionReportOptions, ReportedDetection } from "./detection/detectionSubject.js";
