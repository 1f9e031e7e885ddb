import { sanitizerCurriculum } from '../../../../src/rewards/index.js';

/** The judge is asked to take warnings for errors: the tier between clean and wrong is gone. */
export const judgeFlags = ['-Werror'];

export default sanitizerCurriculum({ name: 'werror' });
