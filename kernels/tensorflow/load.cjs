/**
 * Loads a tfjs-node package, which registers the backend `tensorflow` with the tfjs that rlsf itself
 * uses. As a program, `node load.cjs <package> <folder>` tries it on one product.
 */
const { createRequire } = require('node:module');
const util = require('node:util');

/** From `folder`, where `rlsf doctor --build-tensorflow` built it, else from beside rlsf. */
module.exports = function load(name, folder) {
  // tfjs-node calls these two, which Node 22 warns about and Node 23 removed.
  util.isArray = Array.isArray;
  util.isNullOrUndefined = (value) => value === null || value === undefined;
  if (folder === undefined) return require(name);
  // What the packages that stand in for tfjs in the build's folder hand on.
  globalThis[Symbol.for('rlsf.tfjs')] = {
    tfjs: require('@tensorflow/tfjs'),
    'tfjs-core': require('@tensorflow/tfjs-core'),
  };
  return createRequire(`${folder}/package.json`)(name);
};

if (require.main === module) {
  const tf = require('@tensorflow/tfjs');
  tf.enableProdMode();
  module.exports(process.argv[2], process.argv[3]);
  const [product] = tf.matMul([[1, 2]], [[3], [4]]).dataSync();
  if (product !== 11) throw new Error(`expected (1, 2) · (3, 4) to be 11, got ${product}`);
  const { binding, isUsingGpuDevice } = tf.backend();
  console.log(JSON.stringify({ tensorflow: binding.TF_Version, onGpu: isUsingGpuDevice }));
}
