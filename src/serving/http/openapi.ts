import { z } from 'zod';
import type { HttpServerOptions } from './options.js';
import type { HttpRoute } from './route.js';

/**
 * The OpenAPI 3.1 document of these routes, from the schemas that check their requests. A schema with
 * `.meta({ id })` is a named component.
 */
export function openApiDocument(
  { title, description, keys = [] }: HttpServerOptions,
  routes: readonly HttpRoute[],
  version: string,
): Record<string, unknown> {
  const components: Record<string, unknown> = { Error: schemaOf(errorReply, 'output', {}) };
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    const operation = operationOf(route, keys.length > 0, components);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation };
  }
  const securitySchemes = {
    bearer: { type: 'http', scheme: 'bearer' },
    apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
  };
  return {
    openapi: '3.1.0',
    info: { title, version, description },
    paths,
    components: { schemas: components, ...(keys.length > 0 && { securitySchemes }) },
  };
}

const errorReply = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    where: z.string().optional(),
    expected: z.string().optional(),
    got: z.string().optional(),
    request_id: z.string(),
  }),
});

function operationOf(
  route: HttpRoute,
  locked: boolean,
  components: Record<string, unknown>,
): Record<string, unknown> {
  const { name, summary, body, reply, replyType = 'application/json' } = route;
  const parameters = [...route.path.matchAll(/:(\w+)/g)].map(([, param]) => ({
    name: param,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const content = (schema: unknown): unknown => ({ 'application/json': { schema } });
  return {
    operationId: name,
    summary,
    ...(locked && !route.open && { security: [{ bearer: [] }, { apiKey: [] }] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: { required: true, content: content(schemaOf(body, 'input', components)) },
    }),
    responses: {
      200: {
        description: 'Done.',
        content: {
          [replyType]: { schema: reply ? schemaOf(reply, 'output', components) : {} },
        },
      },
      '4XX': {
        description: 'The request cannot be served: why.',
        content: content({ $ref: '#/components/schemas/Error' }),
      },
      '5XX': {
        description: 'The server cannot serve it now.',
        content: content({ $ref: '#/components/schemas/Error' }),
      },
    },
  };
}

/** A schema's JSON form; what it defines by name moves to the components. */
function schemaOf(
  schema: z.ZodType,
  io: 'input' | 'output',
  components: Record<string, unknown>,
): unknown {
  const made = z.toJSONSchema(schema, { io, unrepresentable: 'any', target: 'draft-2020-12' });
  const { $schema: _, $defs = {}, ...rest } = made;
  for (const [name, defined] of Object.entries($defs)) components[name] = pointed(defined);
  const own = z.globalRegistry.get(schema)?.id;
  if (typeof own !== 'string') return pointed(rest);
  components[own] = pointed(rest);
  return { $ref: `#/components/schemas/${own}` };
}

function pointed(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value).replaceAll('"#/$defs/', '"#/components/schemas/'),
  ) as unknown;
}
