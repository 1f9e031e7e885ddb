import rateLimit from '@fastify/rate-limit';
import Fastify from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { environmentError } from '../../errors.js';
import { createKeyCheck } from './api-keys.js';
import { answerCall } from './call.js';
import { trackConnections } from './connections.js';
import { httpError, problemOf } from './http-error.js';
import { createHttpMetrics } from './metrics.js';
import type { HttpMetrics } from './metrics.js';
import { checkAddress, defaultHttpLimits, isLoopback } from './options.js';
import type { HttpServerOptions } from './options.js';
import { ownRoutes } from './own-routes.js';
import type { HttpRoute } from './route.js';

export interface HttpServer {
  /** Where it listens: `http://127.0.0.1:8000`. */
  readonly url: string;
  readonly metrics: HttpMetrics;
  /**
   * No new requests, those in progress are finished; what is left after `drainSeconds` is cancelled.
   * Ends when the last connection is closed.
   */
  stop(): Promise<void>;
}

/**
 * Listens, with what every server of this project has: checked bodies, API keys, rate limits, time
 * limits, request ids, `/health`, `/ready`, `/metrics`, `/openapi.json`, and an end in good order.
 * `routes` may be made with the metrics' registry at hand.
 */
export async function startHttpServer(
  options: HttpServerOptions,
  routes: readonly HttpRoute[] | ((metrics: HttpMetrics) => readonly HttpRoute[]),
): Promise<HttpServer> {
  checkAddress(options);
  const { host = '127.0.0.1', port = 0, keys = [], note = () => undefined } = options;
  const limits = { ...defaultHttpLimits, ...options.limits };
  const metrics = createHttpMetrics(options.metrics);
  const ending = new AbortController();
  setMaxListeners(0, ending.signal); // one for every request in progress
  let draining = false;

  const app = Fastify({
    bodyLimit: limits.bodyMiB * 2 ** 20,
    requestTimeout: limits.receiveSeconds * 1000,
    keepAliveTimeout: 75_000,
    forceCloseConnections: 'idle',
    genReqId: (request) => idOf(request.headers['x-request-id']),
    http: {
      headersTimeout: limits.headersSeconds * 1000,
      connectionsCheckingInterval: Math.min(1000, limits.headersSeconds * 500),
    },
    routerOptions: { maxParamLength: 200 },
  });
  app.removeContentTypeParser('text/plain'); // JSON only: a form in a browser cannot send that
  app.server.maxConnections = limits.connections;
  const connections = trackConnections(app.server);
  const tenants = new WeakMap<FastifyRequest, string | null>();
  const keyOf = createKeyCheck(keys);
  const callerOf = (request: FastifyRequest): string | null =>
    keys.length > 0 ? keyOf(request.headers) : request.ip;

  const fail = (error: unknown, request: FastifyRequest, reply: FastifyReply): unknown => {
    const problem = problemOf(error, request, limits.bodyMiB);
    if (problem.status >= 500 && problem.code === 'internal')
      note(`${request.id} ${request.method} ${pathOf(request)}: ${textOf(error)}`);
    const { status, requestId, ...rest } = problem;
    const retry = retryAfter(error);
    if (retry !== undefined) reply.header('retry-after', String(retry));
    if (status === 401) reply.header('www-authenticate', 'Bearer');
    const body = options.errorBody?.(problem, pathOf(request)) ?? {
      error: { ...rest, request_id: requestId },
    };
    return reply.code(status).type('application/json; charset=utf-8').send(body);
  };

  await app.register(rateLimit, {
    global: true,
    timeWindow: 60_000,
    max: (request) =>
      tenants.get(request) === null
        ? limits.refusalsPerMinute
        : limits.requestsPerMinute || Number.MAX_SAFE_INTEGER,
    keyGenerator: (request) => tenants.get(request) ?? `refused ${request.ip}`,
    errorResponseBuilder: (_, { max, ttl }) =>
      httpError(429, 'rate_limited', `More than ${max} requests in a minute. Wait ${ttl} ms.`),
  });
  app.addHook('onRequest', async (request, reply) => {
    tenants.set(request, callerOf(request));
    reply.header('x-request-id', request.id);
    const end = metrics.begin();
    const started = performance.now();
    reply.raw.once('close', () => {
      const route = request.routeOptions.url ?? 'unknown';
      const status = reply.raw.writableFinished ? reply.statusCode : 499;
      end(route, request.method, status, (performance.now() - started) / 1000);
    });
    if (keys.length === 0 && isLoopback(host)) checkHost(request);
  });
  app.addHook('onSend', async (_, reply) => {
    if (draining) reply.header('connection', 'close');
  });
  // After the rate limit and before the body is read: guessing keys is slow, and costs us nothing.
  app.addHook('preParsing', async (request) => {
    if (tenants.get(request) !== null || request.routeOptions.config.open) return;
    throw httpError(
      401,
      'unauthorized',
      'An API key is asked for: Authorization: Bearer KEY, or X-API-Key: KEY.',
    );
  });
  app.setErrorHandler(fail);

  const given = typeof routes === 'function' ? routes(metrics) : routes;
  const all: HttpRoute[] = [...given];
  all.push(...ownRoutes(options, all, metrics, () => draining));
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (request, reply) =>
    fail(notFound(request, all), request, reply),
  );
  for (const route of all)
    app.route({
      method: route.method,
      url: route.path,
      config: { open: route.open === true, ...(route.open && { rateLimit: false as const }) },
      handler: (request, reply) =>
        answerCall(route, request, reply, {
          tenant: tenants.get(request) ?? request.ip,
          requestSeconds: limits.requestSeconds,
          ending: ending.signal,
        }),
    });

  const url = await listen(app, host, port);
  return {
    url,
    metrics,
    async stop() {
      if (draining) return;
      draining = true;
      const timer = setTimeout(() => {
        ending.abort(httpError(503, 'stopping', 'The server is stopping.'));
        setTimeout(() => app.server.closeAllConnections(), 1000).unref();
      }, limits.drainSeconds * 1000);
      // It waits for requests, not for connections that their callers keep for later ones.
      const closed = app.close();
      connections.closeIdle();
      await closed;
      clearTimeout(timer);
      metrics.registry.clear();
    },
  };
}

declare module 'fastify' {
  interface FastifyContextConfig {
    open?: boolean;
  }
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    await app.close();
    const { code = '', message } = error as NodeJS.ErrnoException;
    const why =
      code === 'EADDRINUSE'
        ? 'the port is in use. Choose another with --port, or 0 for one that is free'
        : code === 'EACCES'
          ? 'this user may not listen there. Choose a port above 1023'
          : message;
    throw environmentError(`Cannot listen on ${host}:${port}: ${why}.`, { cause: error });
  }
}

/** A page in a browser may not reach us under a name of its own that points to this machine. */
function checkHost(request: FastifyRequest): void {
  if (request.hostname === '' || isLoopback(request.hostname)) return;
  throw httpError(
    403,
    'wrong_host',
    `This server answers to localhost only, not to '${request.hostname.slice(0, 80)}'. Start it with an API key to give it a name.`,
  );
}

function notFound(request: FastifyRequest, routes: readonly HttpRoute[]): Error {
  const path = pathOf(request);
  const there = routes.filter((route) => route.path === path).map(({ method }) => method);
  if (there.length > 0)
    return httpError(
      405,
      'method_not_allowed',
      `${path} takes ${there.join(', ')}, not ${request.method}.`,
    );
  const known = routes.map((route) => route.path).join(' ');
  return httpError(404, 'not_found', `There is no ${path.slice(0, 80)} here. There are: ${known}`);
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0];
}

/** The caller's own id where it is a plain word, else a new one. */
function idOf(given: string | string[] | undefined): string {
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
}

function retryAfter(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('details' in error)) return undefined;
  return (error.details as { retryAfterSeconds?: number }).retryAfterSeconds;
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
