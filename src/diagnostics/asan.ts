import { parseStacks, withoutAddresses } from './frames.js';
import type { SanitizerReport } from './sanitizer-report.js';

/** A report with a headline, `==1==ERROR: AddressSanitizer: …`; UBSan and LSan tell signals so too. */
export function asanReport(
  sanitizer: string,
  headline: string,
  body: readonly string[],
): SanitizerReport {
  const kind = kindOfHeadline(headline, body);
  const details = body
    .map((line) => line.replace(/^==\d+==/, ''))
    .filter((line) => detail.test(line))
    .map(withoutAddresses);
  const variable = body
    .map((line) => /^\s+\[\d+, \d+\) '([^']+)'.*<== Memory access at offset/.exec(line)?.[1])
    .find(Boolean);
  // The size that was asked for is a number of the program, not an address.
  const asked = headline.startsWith('requested allocation size');
  const title = asked
    ? headline.slice(0, 2048).replace(/ \(thread T\d+\)$/, '')
    : withoutAddresses(headline);
  const sentences = [title, ...details].map((part) => part.replace(/[;:]$/, ''));
  if (variable !== undefined) sentences.push(`beside or in the variable '${variable}'`);
  return {
    tool: toolOf(sanitizer),
    kind,
    message: sentences.filter((part) => part !== '').join('; '),
    place: null,
    stacks: parseStacks(body),
    deadly: /^(SEGV|FPE|ABRT|ILL|BUS|TRAP)$/.test(kind),
  };
}

function toolOf(sanitizer: string): SanitizerReport['tool'] {
  if (sanitizer.startsWith('Undefined')) return 'ubsan';
  return sanitizer.startsWith('Leak') ? 'lsan' : 'asan';
}

/** Lines of the body that say more about the fault. */
const detail =
  /^(READ|WRITE) of size|^0x[0-9a-f]+ is located|^Address 0x[0-9a-f]+ is|^The signal is caused|^Hint:|is a wild pointer|^ {2}(object passed to delete|size of the )/;

/** The name that the report's summary gives, read from the headline: the summary may be cut off. */
function kindOfHeadline(headline: string, body: readonly string[]): string {
  const known = headlines.find(([pattern]) => pattern.test(headline));
  if (known !== undefined) return known[1];
  const word = /^[A-Za-z]+(?:-[A-Za-z_]+)*(?=[ :]|$)/.exec(headline)?.[0];
  if (word !== undefined && (word.includes('-') || /^[A-Z]+$/.test(word))) return word;
  const summary = body
    .map((line) => /^SUMMARY: \w+Sanitizer: ([A-Za-z_-]+)(?: |$)/.exec(line)?.[1])
    .find(Boolean);
  return summary ?? word ?? 'error';
}

/** Headlines that are sentences. */
const headlines: [RegExp, string][] = [
  [/^attempting double-free/, 'double-free'],
  [/^attempting free/, 'bad-free'],
  [/^attempting to call malloc_usable_size/, 'bad-malloc_usable_size'],
  [/^attempting to call __sanitizer_get_allocated_size/, 'bad-__sanitizer_get_allocated_size'],
  [/^bad parameters to __sanitizer_annotate_contiguous/, 'bad-__sanitizer_annotate_contiguous_container'],
  [/^calloc parameters overflow/, 'calloc-overflow'],
  [/^reallocarray parameters overflow/, 'reallocarray-overflow'],
  [/^pvalloc parameters overflow/, 'pvalloc-overflow'],
  [/^invalid allocation alignment/, 'invalid-allocation-alignment'],
  [/^invalid aligned_alloc alignment|alignment requested in aligned_alloc/, 'invalid-aligned-alloc-alignment'],
  [/alignment requested in posix_memalign/, 'invalid-posix-memalign-alignment'],
  [/^requested allocation size/, 'allocation-size-too-big'],
  [/^specified RSS limit|^hard rss limit/i, 'rss-limit-exceeded'],
  [/^(out.of.memory|allocator is (out of memory|trying to allocate))|failed to allocate/, 'out-of-memory'],
  [/^CHECK failed/, 'check-failed'],
  [/^nested bug/, 'nested-bug'],
]; // prettier-ignore
