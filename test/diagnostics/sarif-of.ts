/**
 * What GCC 13 would write as SARIF for findings that g++ 12 wrote as JSON, by the rules of its
 * documentation and of the standard: a place is where its range begins, columns are display columns,
 * notes are related locations, an option is a rule.
 */
interface Point {
  file: string;
  line: number;
  'display-column': number;
}

interface Row {
  kind: string;
  message: string;
  option?: string;
  locations: { caret: Point; start?: Point; finish?: Point }[];
  children?: Row[];
  fixits?: { start: Point; next: Point; string: string }[];
}

export function sarifOf(json: string, source: (file: string) => string | null): string {
  const rows = JSON.parse(json) as Row[];
  const files = new Set(rows.flatMap(filesOf));
  return JSON.stringify({
    $schema:
      'https://raw.githubusercontent.com/oasis-tcs/sarif-spec/master/Schemata/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'GNU C++17', version: '13.2.0', rules: [] } },
        invocations: [{ executionSuccessful: false, toolExecutionNotifications: [] }],
        originalUriBaseIds: { PWD: { uri: 'file:///tmp/' } },
        artifacts: [...files].map((file) => ({
          location: fileLocation(file),
          contents: { text: source(file) ?? '' },
          sourceLanguage: 'cplusplus',
        })),
        results: rows.map(resultOf),
      },
    ],
  });
}

function filesOf({ locations, children }: Row): string[] {
  return [...locations.map(({ caret }) => caret.file), ...(children ?? []).flatMap(filesOf)];
}

function resultOf({ kind, message, option, locations, children, fixits }: Row): unknown {
  const level = kind === 'fatal error' ? {} : { level: kind };
  return {
    ruleId: option ?? kind,
    ...level,
    message: { text: message },
    locations: locations.slice(0, 1).map(locationOf),
    ...(children === undefined || children.length === 0
      ? {}
      : {
          relatedLocations: children.map((child) => ({
            ...child.locations.slice(0, 1).map(locationOf)[0],
            message: { text: child.message },
          })),
        }),
    ...(fixits === undefined
      ? {}
      : {
          fixes: [
            {
              artifactChanges: [
                {
                  artifactLocation: fileLocation(locations[0].caret.file),
                  replacements: fixits.map(({ start, next, string }) => ({
                    deletedRegion: {
                      startLine: start.line,
                      startColumn: start['display-column'],
                      endColumn: next['display-column'],
                    },
                    insertedContent: { text: string },
                  })),
                },
              ],
            },
          ],
        }),
  };
}

function locationOf({ caret, start = caret, finish = caret }: Row['locations'][number]): object {
  return {
    physicalLocation: {
      artifactLocation: fileLocation(caret.file),
      ...(caret['display-column'] < 1
        ? { region: { startLine: caret.line } }
        : {
            region: {
              startLine: start.line,
              startColumn: start['display-column'],
              ...(finish.line === start.line ? {} : { endLine: finish.line }),
              endColumn: finish['display-column'] + 1,
            },
          }),
    },
  };
}

function fileLocation(file: string): unknown {
  return file.startsWith('/') ? { uri: file } : { uri: file, uriBaseId: 'PWD' };
}
