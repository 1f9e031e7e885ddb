/** Tasks of one caller in the queue at most, where it says nothing else. */
export const mostInFlight = 256;
