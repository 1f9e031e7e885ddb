/** The server of the bench, in a process of its own: told to its parent are its address and its processor time. */
import { configFromObject } from '../../src/experiments/index.js';
import { startRewardServer } from '../../src/serving/rewards/index.js';

const server = await startRewardServer({ config: configFromObject({}), tasks: ['cpp'] });
process.send?.({ url: server.url });
process.on('message', (asked) => {
  if (asked === 'stop') void server.stop().then(() => process.disconnect());
  else process.send?.({ cpu: process.cpuUsage() });
});
