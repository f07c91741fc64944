// The parts of Chart.js that the pages use, in the visitor's colours, without animation and mouse events.
import {
  Chart,
  type ChartOptions,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  ScatterController,
  Title,
} from "chart.js";
import { onThemeChange, themeColour } from "./pageColours.js";

Chart.register(
  Legend,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  ScatterController,
  Title,
);
Chart.defaults.font.family = "system-ui, sans-serif";
Chart.defaults.font.size = 12;
takeColours();

function takeColours(): void {
  Chart.defaults.color = themeColour("quiet");
  Chart.defaults.borderColor = themeColour("grid");
}

/** Calls `changed` after the visitor's colour scheme and Chart.js's colours have changed. */
export function onColoursChange(changed: () => void): void {
  onThemeChange(() => {
    takeColours();
    changed();
  });
}

/** Options of all charts. */
export function commonOptions(title: string) {
  return {
    animation: false,
    events: [],
    maintainAspectRatio: false,
    // More than two dots per pixel take time without looking better.
    devicePixelRatio: Math.min(globalThis.devicePixelRatio, 2),
    normalized: true,
    parsing: false,
    plugins: {
      title: { display: true, text: title, font: { size: 14, weight: 600 }, padding: { top: 0, bottom: 4 } },
      legend: {
        display: true,
        position: "bottom",
        labels: { usePointStyle: true, boxWidth: 8, boxHeight: 8, padding: 10 },
      },
    },
  } as const satisfies ChartOptions;
}
