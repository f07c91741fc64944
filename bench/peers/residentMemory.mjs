/** The most memory that this process ever held. */
import { readFileSync } from "node:fs";

/**
 * Bytes. Linux hands a process's largest size on to what it starts; the kernel's own account of this one does not.
 */
export function peakResident() {
  try {
    return 1024 * Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))[1]);
  } catch {
    return 1024 * process.resourceUsage().maxRSS;
  }
}
