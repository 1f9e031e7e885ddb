import { createRequire } from 'node:module';

/** One output in every form that a reader of notebooks may take, by MIME type. */
export interface DisplayBundle {
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
}

/** The display side of the kernel that this process is. */
export interface NotebookKernel {
  /** @param id of an output that later ones replace; `null`: an output of its own */
  display(bundle: DisplayBundle, id: string | null, isUpdate: boolean): void;
}

type WriteDisplayData = (
  message: DisplayBundle & { transient: { display_id?: string } },
  update: boolean,
) => void;

interface TslabJupyter {
  lastWriteDisplayData?: WriteDisplayData | null;
}

const { cache } = createRequire(import.meta.url);

/**
 * tslab's kernel, where this process is one that has run a cell; else `null`. tslab's public `display`
 * sends one MIME type at a time; the function below it, which the running kernel holds, sends several.
 */
export function notebookKernel(): NotebookKernel | null {
  const name = Object.keys(cache).find((each) => /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(each));
  const jupyter = name === undefined ? undefined : (cache[name]?.exports as TslabJupyter);
  if (typeof jupyter?.lastWriteDisplayData !== 'function') return null;
  return {
    display({ data, metadata }, id, isUpdate) {
      const transient = id === null ? {} : { display_id: id };
      jupyter.lastWriteDisplayData?.({ data, metadata, transient }, isUpdate);
    },
  };
}
