/**
 * Inputs of MBPP+ v0.1.0 at which the reference alone takes more than 20 ms of CPU (CPython 3.11), by
 * the number of the problem: with all of them the reference and an answer do not fit into the judge's
 * default limit. They are left out; EvalPlus asks them too. Only the problems of the public half that
 * the tests have were measured.
 */
export const slowInputs: Readonly<Record<string, readonly number[]>> = {
  84: [3, 19, 20, 51, 63, 71, 75],
  162: [2, 11, 25, 32, 34, 46, 47, 54, 56, 63, 64, 68, 70],
  389: [3, 15, 18, 20, 21, 22, 23],
  392: [
    3, 5, 19, 20, 21, 24, 25, 28, 29, 31, 32, 33, 34, 36, 39, 41, 50, 57, 58, 60, 68, 69, 70, 77,
    78, 91, 105,
  ],
  583: [15, 16, 17],
  589: [1, 14, 16, 19, 25, 33, 39, 42, 59, 63, 66, 68, 73, 88, 101, 102],
  592: [2, 4, 6, 7, 11, 14, 19, 20, 27, 28, 35, 36, 38, 41, 45, 47, 94, 101],
  599: [1, 6, 9, 13, 15, 16, 18, 19, 20, 21, 23, 32, 34, 39, 50, 70],
  603: [2, 4, 6, 10, 13, 16, 20, 26, 27, 28, 54, 59, 60, 61, 71, 82, 95],
  630: [17, 73, 75, 80, 85, 104, 114],
};
