import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export interface HttpMetrics {
  /** Where a server adds its own. */
  registry: Registry;
  /** One request has come; call what this gives when it is over. */
  begin(): (route: string, method: string, status: number, seconds: number) => void;
}

/** Counts that name routes and statuses, never tenants: whoever may read them learns of no one else. */
export function createHttpMetrics(prefix: string): HttpMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const duration = new Histogram({
    name: `${prefix}_request_duration_seconds`,
    help: 'From the first byte of a request to the last of its reply.',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300],
    registers,
  });
  const inProgress = new Gauge({
    name: `${prefix}_requests_in_progress`,
    help: 'Requests that were not answered yet.',
    registers,
  });
  return {
    registry,
    begin() {
      inProgress.inc();
      return (route, method, status, seconds) => {
        inProgress.dec();
        duration.observe({ route, method, status }, seconds);
      };
    },
  };
}

export { Counter, Gauge, Histogram };
