/** References of MBPP that fail its own tests, and why. */
export const knownMbpp: Readonly<Record<string, string>> = {};
