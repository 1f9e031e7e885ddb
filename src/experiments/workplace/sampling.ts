import type { SamplingSettings } from '../../records.js';
import type { Workplace } from './workplace.js';
import { requiredTask } from './problems.js';

export function trainingSampling(place: Pick<Workplace, 'config' | 'task'>): SamplingSettings {
  const { sampling, run } = place.config;
  const task = requiredTask(place);
  return {
    temperature: sampling.temperature,
    topK: sampling.top_k,
    topP: sampling.top_p,
    minP: sampling.min_p,
    repetitionPenalty: sampling.repetition_penalty,
    maxNewTokens: sampling.max_completion_length,
    stop: task.stop,
    stopTokenIds: sampling.stop_token_ids,
    seed: run.seed,
  };
}

export function evaluationSampling(place: Pick<Workplace, 'config' | 'task'>): SamplingSettings {
  const { sampling, evaluation } = place.config;
  const task = requiredTask(place);
  return {
    temperature: evaluation.temperature,
    topK: 0,
    topP: evaluation.top_p,
    minP: 0,
    maxNewTokens: sampling.max_completion_length,
    stop: task.stop,
    stopTokenIds: sampling.stop_token_ids,
    seed: evaluation.seed,
  };
}
