import Module from 'node:module';

/** Whoever requires `name` from here on gets what `exports` gives: one copy of a library, this process's. */
export function loadAs(name: string, exports: () => unknown): void {
  const loader = Module as unknown as {
    _load(request: string, ...rest: unknown[]): unknown;
  };
  const load = loader._load;
  loader._load = function (request, ...rest) {
    return request === name ? exports() : load.call(this, request, ...rest);
  };
}
