import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import {
  attachAdapter,
  detachAdapter,
  saveAdapter,
  savePolicy,
  tokenizerFromFiles,
  type Policy,
} from '../../../src/policy/index.js';
import { tf } from '../../../src/tensor/index.js';
import { temporaryFolder, tinyPolicy } from '../../policy/fixtures.js';

/** Roles in brackets, and a turn for the assistant. */
const template =
  '{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}{% if add_generation_prompt %}[assistant] {% endif %}';

/** The tiny policy with a chat template. */
export async function chattyPolicy(): Promise<Policy> {
  const policy = await tinyPolicy();
  const { files } = policy.tokenizer;
  const config = JSON.parse(files.tokenizerConfig) as Record<string, unknown>;
  const tokenizerConfig = JSON.stringify({ ...config, chat_template: template });
  policy.tokenizer = await tokenizerFromFiles({ ...files, tokenizerConfig });
  return policy;
}

export interface ServedFolders {
  root: string;
  policy: string;
  /** Two adapters below `root/adapters`, which change what is drawn. */
  adapters: string;
}

/** The same in folders, as a server reads them; the policy stays as it is. */
export async function servedFolders(policy: Policy): Promise<ServedFolders> {
  const root = await temporaryFolder();
  const folders = { root, policy: path.join(root, 'tiny'), adapters: path.join(root, 'adapters') };
  await savePolicy(policy, folders.policy, { dtype: 'float32' });
  await mkdir(folders.adapters);
  for (const [seed, name] of ['one', 'two'].entries()) {
    const targetModules = seed === 0 ? ['q_proj', 'down_proj'] : ['all-linear', 'lm_head'];
    const { pairs } = attachAdapter(policy, { r: 4, loraAlpha: 8, targetModules, seed, name });
    for (const { b } of pairs.values())
      tf.tidy(() => b.assign(tf.randomNormal(b.shape, 0, 0.3, 'float32', seed + 4)));
    await saveAdapter(policy, path.join(folders.adapters, name));
    detachAdapter(policy);
  }
  return folders;
}
