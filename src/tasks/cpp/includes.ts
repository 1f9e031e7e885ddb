/**
 * The headers every program of the C++ task may use: one fixed set, so that one precompiled header
 * serves all. Programs write `std::` themselves.
 */
export const includes = [
  'algorithm',
  'climits',
  'cstdint',
  'cstdlib',
  'cstring',
  'map',
  'string',
  'utility',
  'vector',
]
  .map((header) => `#include <${header}>\n`)
  .join('');
