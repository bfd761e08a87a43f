// What parts/chart.js draws with.
export { default as uPlot } from "uplot";
