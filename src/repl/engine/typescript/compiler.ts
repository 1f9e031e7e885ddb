import type ts from 'typescript';
import { earlierNames } from './earlier-names.js';
import type { Compiler as WholeCompiler } from './earlier-names.js';
import { tslabRequire } from './tslab.js';
import type { Converter } from './tslab.js';

/** The compiler inside tslab, as far as it is called here; much of this is not in its declarations. */
interface Compiler {
  createWatchCompilerHost(
    files: string[],
    options: Record<string, unknown>,
    ...rest: unknown[]
  ): unknown;
  createWatchProgram(host: Host): unknown;
  transpileModule(source: string, options: TranspileOptions): Transpiled;
  SignatureHelp: {
    getSignatureHelpItems(
      program: unknown,
      file: unknown,
      position: number,
      reason: undefined,
      token: unknown,
    ): SignatureItems | undefined;
  };
}

interface Host {
  afterProgramCreate(builder: Builder): void;
}

type Builder = Pick<ts.BuilderProgram, 'getProgram' | 'getSourceFile' | 'emit'>;

interface TranspileOptions {
  compilerOptions: Record<string, unknown>;
}

interface Transpiled {
  outputText: string;
  sourceMapText?: string;
}

export interface SignatureItems {
  items: {
    prefixDisplayParts: { text: string }[];
    suffixDisplayParts: { text: string }[];
    separatorDisplayParts: { text: string }[];
    parameters: {
      name: string;
      displayParts: { text: string }[];
      documentation: { text: string }[];
    }[];
    documentation: { text: string }[];
  }[];
  selectedItemIndex: number;
  argumentIndex: number;
}

/** Maps of the last conversion, as JSON: typed text → JavaScript → CommonJS. */
export interface Maps {
  typed: string;
  modules: string;
}

export interface PromptCompiler {
  converter: Converter;
  isComplete(source: string): { completed: boolean; indent?: string };
  /** Of the source that was looked at last. */
  signatureAt(position: number): SignatureItems | undefined;
  takeMaps(): Maps | null;
}

/** tslab puts this line before each source. */
const prefixLength = 'export {};\n'.length;

/**
 * tslab's own converter with what it has no option for changed: `rlsf` means this package wherever the
 * prompt was opened, source maps are kept, and names of earlier lines work in `{ name }` and `{ key: name }`.
 */
export function createPromptCompiler(libraryTypes: string): PromptCompiler {
  const whole = tslabRequire('@tslab/typescript-for-tslab') as WholeCompiler;
  const compiler = whole as unknown as Compiler;
  let maps: Maps | null = null;
  let builder: Builder | null = null;
  const changed: Partial<Compiler> = {
    createWatchCompilerHost: (files, options, ...rest) =>
      compiler.createWatchCompilerHost(
        files,
        { ...options, inlineSourceMap: true, paths: { rlsf: [libraryTypes] } },
        ...rest,
      ),
    createWatchProgram(host) {
      const next = host.afterProgramCreate.bind(host);
      host.afterProgramCreate = (created) => {
        builder = created;
        const emit = created.emit.bind(created);
        created.emit = (file, write, token, only, transformers) => {
          const names = earlierNames(whole, created.getProgram().getTypeChecker());
          return emit(file, write, token, only, {
            ...transformers,
            after: [names, ...(transformers?.after ?? [])],
          });
        };
        next(created);
      };
      return compiler.createWatchProgram(host);
    },
    transpileModule(source, options) {
      const inline = /\n\/\/# sourceMappingURL=data:[^,\n]*,(\S+)\s*$/.exec(source);
      const result = compiler.transpileModule(inline ? source.slice(0, inline.index) : source, {
        ...options,
        compilerOptions: { ...options.compilerOptions, sourceMap: true },
      });
      if (inline && result.sourceMapText !== undefined)
        maps = {
          typed: Buffer.from(inline[1], 'base64').toString(),
          modules: result.sourceMapText,
        };
      const outputText = result.outputText.replace(/\n\/\/# sourceMappingURL=\S*\s*$/, '\n');
      return { ...result, outputText };
    },
  };
  const cached = tslabRequire.cache[tslabRequire.resolve('@tslab/typescript-for-tslab')];
  if (cached) cached.exports = { ...compiler, ...changed };
  const { createConverter, isCompleteCode } = tslabRequire('./converter.js') as {
    createConverter(options: { isJS: boolean; isBrowser: boolean }): Converter;
    isCompleteCode: PromptCompiler['isComplete'];
  };
  const converter = createConverter({ isJS: false, isBrowser: false });
  const sourceName = `${process.cwd()}/__tslab__.ts`;
  return {
    converter,
    isComplete: isCompleteCode,
    signatureAt(position) {
      const file = builder?.getSourceFile(sourceName);
      if (!builder || !file) return undefined;
      const token = { isCancellationRequested: () => false, throwIfCancellationRequested() {} };
      return compiler.SignatureHelp.getSignatureHelpItems(
        builder.getProgram(),
        file,
        position + prefixLength,
        undefined,
        token,
      );
    },
    takeMaps() {
      const taken = maps;
      maps = null;
      return taken;
    },
  };
}
