/** The invariants of the log. The fault harness checks I1 to I6 from outside, the simulator all of them. */
export const INVARIANTS = {
  I1: 'An acknowledged message is in the log, at the acknowledged seq.',
  I2: 'The log contains an id once.',
  I3: 'The log contains only drafts that were sent and not refused, and each acknowledgement has the entry of its draft.',
  I4: 'A reader receives consecutive entries, without gaps and duplicates, and a reset only for a cursor of another history.',
  I5: 'Every reader receives the same entry at a seq: the one that was committed.',
  I6: 'A message that is sent after an acknowledgement has a larger seq.',
  I7: 'A read that starts after a deletion was acknowledged does not return the deleted text.',
  I8: 'Once faults and writes end, every reader reaches the head, and every request is answered.',
  I9: 'The log keeps no more in memory than its stated bounds.',
} as const;

export type Invariant = keyof typeof INVARIANTS;
