import type { Counters } from './counters';
import type { Deployment } from './deployment';
import type { Findings } from './findings';

/** The server of a run, and its results so far: all readers and writers use them. */
export interface RunContext {
  deployment: Deployment;
  counters: Counters;
  findings: Findings;
}
