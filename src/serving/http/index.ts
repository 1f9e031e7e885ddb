/** What every server of this project is made of. */
export { apiKeysFrom, type ApiKey } from './api-keys.js';
export { checkBody } from './check-body.js';
export { createFairQueue, type FairQueue, type FairQueueOptions } from './fair-queue.js';
export { HttpError, httpError, type HttpProblem } from './http-error.js';
export { Counter, Gauge, Histogram, type HttpMetrics } from './metrics.js';
export {
  defaultHttpLimits,
  isLoopback,
  type HttpLimits,
  type HttpServerOptions,
} from './options.js';
export { postRoute, type HttpCall, type HttpRoute } from './route.js';
export { startHttpServer, type HttpServer } from './server.js';
export { serveUntilStopped } from './until-stopped.js';
