import { httpError } from './http-error.js';
import type { HttpMetrics } from './metrics.js';
import { openApiDocument } from './openapi.js';
import type { HttpServerOptions } from './options.js';
import type { HttpRoute } from './route.js';
import { packageVersion } from './version.js';

/** What every server answers beside its own: whether it lives and serves, its metrics and its description. */
export function ownRoutes(
  options: HttpServerOptions,
  routes: readonly HttpRoute[],
  { registry }: HttpMetrics,
  isDraining: () => boolean,
): HttpRoute[] {
  let document: unknown;
  const own: HttpRoute[] = [
    {
      method: 'GET',
      path: '/health',
      name: 'health',
      summary: 'whether the process answers',
      open: true,
      handle: () => ({ status: 'ok' }),
    },
    {
      method: 'GET',
      path: '/ready',
      name: 'ready',
      summary: 'whether requests are taken (503: not, and why)',
      open: true,
      handle() {
        const reason = isDraining() ? 'it is stopping' : (options.ready?.() ?? null);
        if (reason !== null) throw httpError(503, 'not_ready', `Not ready: ${reason}.`);
        return { status: 'ready' };
      },
    },
    {
      method: 'GET',
      path: '/metrics',
      name: 'metrics',
      summary: 'counts and times, for Prometheus',
      replyType: 'text/plain',
      handle(call) {
        call.header('content-type', registry.contentType);
        return registry.metrics();
      },
    },
    {
      method: 'GET',
      path: '/openapi.json',
      name: 'openapi',
      summary: 'this document',
      handle: () => (document ??= openApiDocument(options, [...routes], packageVersion())),
    },
  ];
  return own;
}
