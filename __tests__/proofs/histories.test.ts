import { Findings } from '../../proofs/soak/findings';
import { ObservedLog } from '../../proofs/soak/observed-log';
import { Position } from '../../proofs/soak/position';
import { WriteOutcomes } from '../../proofs/soak/write-outcomes';
import type { NewMessage } from '../../server/wire';

let findings: Findings;
let log: ObservedLog;
let outcomes: WriteOutcomes;

/** A message of one of two histories, which have the first two messages in common. */
function message(seq: number, history: 'first' | 'second' = 'first'): NewMessage {
  const name = seq <= 2 ? 'first' : history;
  return {
    type: 'new_message',
    cursor: `e:${seq}:${name}`,
    seq,
    room: 'lobby',
    id: `${name} ${seq}`,
    visitor: 'v',
    username: 'Ann',
    message: `${name} ${seq}`,
    at: '2026-01-01T00:00:00.000Z',
  };
}

/** A reader that has received the first messages. */
function readerAt(seq: number): Position {
  const position = new Position('a reader', log, findings, 'earliest');
  for (let next = 1; next <= seq; next += 1) position.advance(message(next), 'ws');
  return position;
}

function write(entry: NewMessage): void {
  outcomes.begin(entry);
  outcomes.acknowledge(entry, entry, 'ws');
}

/** A backup ends after the second message, where there were four. */
const HEAD = message(2);
const LOST = [message(3), message(4)];

beforeEach(() => {
  findings = new Findings();
  log = new ObservedLog('lobby', findings);
  outcomes = new WriteOutcomes(findings);
});

describe('a reader, when an older backup is restored', () => {
  it('has something outstanding until it is told, if the backup lacks its last message', () => {
    const [within, beyond] = [readerAt(2), readerAt(4)];
    log.restore(HEAD, LOST);
    expect([within.backlog, beyond.backlog]).toEqual([0, 1]);
    beyond.reset({ type: 'reset', room: 'lobby', earliest: 'e:0', cursor: 'e:3:second' }, 'ws');
    expect(beyond.backlog).toBe(0);
    for (const seq of [3, 4]) within.advance(message(seq, 'second'), 'ws');
    beyond.advance(message(4, 'second'), 'ws');
    expect(findings.evidence).toEqual([]);
  });

  it('may not be reset if the backup has its last message', () => {
    const position = readerAt(2);
    log.restore(HEAD, LOST);
    position.reset({ type: 'reset', room: 'lobby', earliest: 'e:0', cursor: 'e:2:first' }, 'ws');
    expect(findings.counts.loss).toBe(1);
  });

  it('may not read on in the new history without a reset', () => {
    const position = readerAt(3);
    log.restore(HEAD, LOST);
    readerAt(2).advance(message(3, 'second'), 'ws');
    position.advance(message(4, 'second'), 'ws');
    expect(findings.evidence).toEqual([expect.stringContaining('without a reset')]);
  });

  it('may receive what is lost only if it asked before', () => {
    const [open, anew] = [readerAt(2), readerAt(2)];
    readerAt(4);
    log.restore(HEAD, LOST);
    open.advance(message(3), 'ws');
    expect(findings.evidence).toEqual([]);
    anew.ask();
    anew.advance(message(3), 'ws');
    expect(findings.evidence).toEqual([expect.stringContaining('asked after the restore')]);
  });
});

describe('a writer, when an older backup is restored', () => {
  it('may store again what the backup lacks, and counts what was acknowledged as lost', () => {
    [1, 2, 3].forEach((seq) => write(message(seq)));
    outcomes.begin(message(4));
    outcomes.restore([{ room: 'lobby', head: HEAD, lost: LOST }]);
    // The acknowledgement of a commit before the restore arrives after it.
    outcomes.acknowledge(message(4), message(4), 'ws', 0);
    expect([outcomes.acknowledged, outcomes.lost]).toEqual([2, 2]);
    const again = { ...message(3), cursor: 'e:3:second' };
    outcomes.acknowledge(message(3), again, 'ws');
    expect([outcomes.acknowledged, findings.total]).toEqual([3, 0]);
  });

  it('may not be acknowledged with something lost that it sent afterwards', () => {
    [1, 2, 3, 4].forEach((seq) => write(message(seq)));
    outcomes.restore([{ room: 'lobby', head: HEAD, lost: LOST }]);
    outcomes.acknowledge(message(3), message(3), 'ws');
    expect(findings.counts.loss).toBe(1);
  });

  it('finds an acknowledged message that was gone before the restore', () => {
    [1, 2, 3, 4, 5].forEach((seq) => write(message(seq)));
    outcomes.restore([{ room: 'lobby', head: HEAD, lost: LOST }]);
    expect(findings.evidence).toEqual([expect.stringContaining('first 5 was acknowledged at lobby:5')]);
  });
});
