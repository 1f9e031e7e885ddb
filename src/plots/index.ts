export type { Figure } from './figure.js';
export { palette } from './figure.js';
export type { AccuracyRollout, PromptAccuracy } from './prompt-accuracy.js';
export { promptAccuracy, promptAccuracyGrid, promptAccuracyLine } from './prompt-accuracy.js';
export type { MetricsRow } from './learning-curves.js';
export { learningCurves, metricCurve, runningMean } from './learning-curves.js';
export { beforeAfterFigure } from './before-after.js';
export { renderHtml, renderPng, renderSvg } from './render.js';
export { inspectionHtml, type InspectionHtmlOptions } from './inspector-html.js';
