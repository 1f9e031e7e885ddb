import { inputError } from '../../errors.js';
import { projections } from '../decoder/shapes.js';
import type { AdapterSettings } from '../types.js';

/** Refuses settings that mean nothing, and the combinations that PEFT refuses. */
export function checkSettings(settings: AdapterSettings, where: string): void {
  const { r, loraAlpha, loraDropout, targetModules, layersToTransform, layersPattern } = settings;
  const refuse = (expected: string, got: unknown): never => {
    throw inputError(`${where}: expected ${expected}, got ${String(got)}.`);
  };
  const isRank = (value: number): boolean => Number.isInteger(value) && value >= 1;
  if (!isRank(r)) refuse('r to be a positive whole number', r);
  for (const [key, rank] of Object.entries(settings.rankPattern)) {
    if (!isRank(rank)) refuse(`the rank of ${key} to be a positive whole number`, rank);
  }
  if (!Number.isFinite(loraAlpha)) refuse('loraAlpha to be a number', loraAlpha);
  for (const [key, alpha] of Object.entries(settings.alphaPattern)) {
    if (!Number.isFinite(alpha)) refuse(`the alpha of ${key} to be a number`, alpha);
  }
  if (!(loraDropout >= 0 && loraDropout < 1)) {
    refuse('loraDropout to be a share of at least 0 and less than 1', loraDropout);
  }
  if (layersToTransform?.some((layer) => !Number.isInteger(layer) || layer < 0) === true) {
    refuse('layersToTransform to be numbers of layers', layersToTransform.join(', '));
  }
  if (typeof targetModules === 'string' && (layersToTransform !== null || layersPattern !== null)) {
    refuse(
      'targetModules to be a list where layersToTransform or layersPattern is given',
      JSON.stringify(targetModules),
    );
  }
  if ((layersPattern ?? []).length > 0 && layersToTransform === null) {
    refuse('layersToTransform beside layersPattern', 'none');
  }
}

/** The order of use for the names of projections, other names behind them: PEFT's own order is random. */
export function sortedNames(names: readonly string[]): string[] {
  const known = projections.filter((name) => names.includes(name));
  const others = [...new Set(names)].filter((name) => !known.some((each) => each === name));
  return [...known, ...others];
}
