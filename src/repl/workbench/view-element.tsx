import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import type { SessionSummary, ViewRequest } from '../engine/protocol.js';
import type { Viewer } from '../viewer/client.js';
import type { TaskSource } from '../viewer/messages.js';
import { ProblemsView } from './views/ProblemsView.js';
import { RolloutsView } from './views/RolloutsView.js';

export interface ViewSurroundings {
  viewer: Viewer;
  summary: SessionSummary | null;
  /** Runs a line of the prompt. */
  send(line: string): void;
}

export interface FullScreenProps extends ViewSurroundings {
  request: Extract<ViewRequest, { view: 'rollouts' | 'problems' }>;
  onLeave(): void;
}

/** A view as wide and high as the terminal; a row less, so that Ink does not clear the screen for it. */
export function FullScreenView(props: FullScreenProps): ReactElement | null {
  const { request, viewer, summary, send, onLeave } = props;
  const { width, rows } = useTerminalSize();
  const shared = { viewer, width, rows: rows - 1, onLeave };
  if (request.view === 'rollouts')
    return <RolloutsView {...shared} source={request.source} position={request.position} />;
  return <ProblemsView {...shared} source={problemsOf(summary)} send={send} />;
}

/** The very problems that the session takes in turn. */
function problemsOf(summary: SessionSummary | null): TaskSource {
  if (!summary) return { task: 'cpp' };
  const { split, pool } = summary;
  const { name, seed, n, options } = pool;
  return { task: name, split, seed, options, ...(n === null ? {} : { n }) };
}

function useTerminalSize(): { width: number; rows: number } {
  const { stdout } = process;
  const [size, setSize] = useState({ width: stdout.columns ?? 80, rows: stdout.rows ?? 24 });
  useEffect(() => {
    // After Ink, which was there first: it forgets the frame of the old size.
    const resized = (): void => setSize({ width: stdout.columns, rows: stdout.rows });
    stdout.on('resize', resized);
    return () => void stdout.removeListener('resize', resized);
  }, [stdout]);
  return size;
}
