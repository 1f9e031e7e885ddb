export type { Config } from './schema.js';
export { configSchema } from './schema.js';
export type { LoadConfigOptions } from './load.js';
export { loadConfig, configFromObject } from './load.js';
export { environmentNames, processEnvironment } from './layers.js';
export { configJsonSchema, configReference } from './reference.js';
export type { ConfigOption, JsonSchema } from './tree.js';
export { expectedValue, listOptions } from './tree.js';
