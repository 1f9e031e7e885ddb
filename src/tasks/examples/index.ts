export { exampleNames, linesBefore, readExample, readExamples, type Example } from './example.js';
export {
  metadataFile,
  readMetadata,
  type ExampleMetadata,
  type ExampleOrigin,
  type ExpectedVerdict,
} from './metadata.js';
export { exampleFiles } from './write.js';
