import type { Engine } from '../engine/client.js';
import type { Catalogue } from './models.js';

/** What the routes work with. */
export interface Service {
  engine: Engine;
  catalogue: Catalogue;
  /** Seconds since 1970: replies say when they were made. */
  now(): number;
  /** For requests that bring no seed: never the same twice. */
  freshSeed(): string;
  /** Adapters may be loaded from below this folder while the server runs; `null`: not at all. */
  adapterRoot: string | null;
  /** A completion has ended: what its choices came to. */
  count(facts: { promptTokens: number; completionTokens: number }): void;
}
