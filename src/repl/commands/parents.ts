/** What commands of two words have in common, by their first word. */
export const parentSummaries: Readonly<Record<string, string>> = {
  train: 'train a policy, or a discriminator',
  tasks: 'tasks, their problems, and data sets made of them',
  runs: 'what runs there are; show, remove, export them, free their space',
  serve: 'answer other programs over HTTP',
  kernel: 'the notebook kernel in Jupyter of this user: install, remove',
  plot: 'draw a figure from a run folder; its kinds',
};
