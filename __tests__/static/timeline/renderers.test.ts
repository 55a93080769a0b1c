import { ENTRY_TYPES } from '../../../server/entry-kinds';
import type { Entry } from '../../../server/wire';
import { applyEntry, entryTypes, isMessage, showEntry } from '../../../static/timeline/renderers';
import type { Timeline } from '../../../static/timeline/timeline';
import { sendMessage } from '../../support/http';
import { setUpBrowser } from '../../support/browser-fixture';
import { writeUnknownKind } from '../../support/unknown-kind';

/** A timeline that records its calls. */
function recording(): { timeline: Timeline; calls: string[] } {
  const calls: string[] = [];
  const note = (name: string) => (of: string | { id: string }) =>
    calls.push(`${name} ${typeof of === 'string' ? of : of.id}`);
  const timeline = { show: note('show'), erase: note('erase'), markStored: note('stored') };
  return { timeline: timeline as unknown as Timeline, calls };
}

const entry = (type: string, body: object = {}) =>
  ({ type, id: 'a', seq: 1, cursor: 'e:1', visitor: 'v', username: 'Masha', ...body }) as unknown as Entry;

describe('the page', () => {
  it('has a renderer for each kind of entry', () => {
    expect([...entryTypes].sort()).toEqual([...ENTRY_TYPES].sort());
  });

  it('shows messages, erases deleted ones, and skips a kind that it does not know', () => {
    const { timeline, calls } = recording();
    showEntry(timeline, entry('new_message', { message: 'x' }));
    showEntry(timeline, entry('deleted_message'));
    showEntry(timeline, entry('delete_message', { target: 'b' }));
    showEntry(timeline, entry('pin_message', { message: 'x' }));
    expect(calls).toEqual(['show a', 'erase a', 'show a', 'erase b']);
    expect(['new_message', 'deleted_message', 'pin_message'].map((type) => isMessage(entry(type)))).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('applies what is not shown at its own place', () => {
    const { timeline, calls } = recording();
    applyEntry(timeline, entry('new_message', { message: 'x' }));
    applyEntry(timeline, entry('delete_message', { target: 'b' }));
    expect(calls).toEqual(['stored a', 'erase b', 'stored a']);
  });
});

describe('an entry of a kind that the page does not know', () => {
  const fixture = setUpBrowser();

  it.each(['websocket', 'polling', 'sse', 'subscribe', 'poll'])(
    'is skipped when it comes over %s, and what follows it is shown',
    async (transport) => {
      await sendMessage(fixture.app.url, 'before');
      const masha = await fixture.openPage(`/?transport=${transport}`, { status: false });
      await masha.waitForMessages(['before']);
      await writeUnknownKind(fixture.app.database, 'lobby');
      await sendMessage(fixture.app.url, 'after');
      await masha.waitForMessages(['before', 'after']);
      expect(await masha.page.locator('.message').count()).toBe(2);
      expect(await masha.page.getByText('secret').count()).toBe(0);
    },
  );
});
