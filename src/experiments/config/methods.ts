/** Methods that train a policy; each has a section of its name. */
export const methods = ['sft', 'dpo', 'kto', 'cpo', 'orpo', 'ppo', 'grpo'] as const;

export type Method = (typeof methods)[number];

/** Whether it samples what it learns from step by step, rather than learning from a fixed set. */
export function isOnline(method: Method): boolean {
  return method === 'grpo' || method === 'ppo';
}
