import { attackSuite } from './attacks/suite.js';

await attackSuite({ slow: false });
