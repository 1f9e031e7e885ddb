import type { Inspection } from '../rollouts/index.js';
export function inspectionHtml(i: Inspection | readonly Inspection[], o: { page?: boolean } = {}): string { return String(i) + String(o); }
