import { z } from 'zod';
import { httpError, type HttpRoute } from '../../http/index.js';
import type { AdapterFacts, ModelFacts } from '../engine/protocol.js';

/** What can be asked for by name. */
export interface Catalogue {
  /** The base, by its first name. */
  readonly name: string;
  readonly facts: ModelFacts;
  readonly adapters: Map<string, AdapterFacts>;
  /** `null`: the base. @throws 404 where there is no such model */
  adapterOf(model: string | null | undefined): { model: string; adapter: string | null };
  /** Names the weights of a model. */
  fingerprint(adapter: string | null): string;
  list(): ModelEntry[];
}

interface ModelEntry {
  id: string;
  object: 'model';
  created: number;
  owned_by: 'rlsf';
  root: string;
  parent: string | null;
  max_model_len: number;
}

export function createCatalogue(
  name: string,
  root: string,
  facts: ModelFacts,
  /** Seconds since 1970. */
  created: number,
): Catalogue {
  const adapters = new Map<string, AdapterFacts>();
  const entry = (id: string, folder: string, parent: string | null): ModelEntry => ({
    id,
    object: 'model',
    created,
    owned_by: 'rlsf',
    root: folder,
    parent,
    max_model_len: facts.contextLength,
  });
  return {
    name,
    facts,
    adapters,
    adapterOf(model) {
      if (model === null || model === undefined || model === name)
        return { model: name, adapter: null };
      if (adapters.has(model)) return { model, adapter: model };
      throw noSuchModel(model, [name, ...adapters.keys()]);
    },
    fingerprint(adapter) {
      const revision = adapter === null ? null : adapters.get(adapter)?.revision;
      return `fp_${revision ?? facts.revision}`;
    },
    list: () => [
      entry(name, root, null),
      ...[...adapters.values()].map((adapter) => entry(adapter.name, adapter.folder, name)),
    ],
  };
}

export function modelRoutes(catalogue: Catalogue): HttpRoute[] {
  return [
    {
      method: 'GET',
      path: '/v1/models',
      name: 'listModels',
      summary: 'the base and its adapters',
      reply: z.object({
        object: z.literal('list'),
        data: z.array(z.looseObject({ id: z.string() })),
      }),
      handle: () => ({ object: 'list', data: catalogue.list() }),
    },
    {
      method: 'GET',
      path: '/v1/models/:model',
      name: 'retrieveModel',
      summary: 'one of them',
      handle({ params }) {
        const found = catalogue.list().find(({ id }) => id === params.model);
        if (found !== undefined) return found;
        throw noSuchModel(
          params.model,
          catalogue.list().map(({ id }) => id),
        );
      },
    },
  ];
}

function noSuchModel(name: string, known: readonly string[]): Error {
  const few = known.slice(0, 20).join(', ');
  return httpError(
    404,
    'model_not_found',
    `The model \`${name.slice(0, 200)}\` does not exist. This server has: ${few}${known.length > 20 ? ', …' : ''}.`,
    { where: 'model' },
  );
}
