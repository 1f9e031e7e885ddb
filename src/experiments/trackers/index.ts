export { openTrackers } from './open.js';
export { trackedMetrics, trackedName } from './names.js';
export type { RunEnd, Tracker, TrackedRun, TrackerOptions, TrackerSettings } from './tracker.js';
