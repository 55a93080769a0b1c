import type { World } from './world';

/** Checks that the log keeps no more in memory than it says (I9): it looks into its parts, since nothing else tells. */
export function checkBounds(world: World): void {
  const { log, kept, observer } = world;
  const budget = log['budget'];
  if (budget.bytes > budget['limit'] || budget.bytes < 0) {
    observer.find('I9', `${budget.bytes} bytes are kept of ${budget['limit']}`);
  }
  for (const [room, followers] of log['rooms']) {
    const { tail } = followers;
    const held = (what: string, size: number, most: number): void => {
      if (size > most) observer.find('I9', `${room} keeps ${size} ${what}, at most ${most} are stated`);
    };
    held('followers', followers['all'].size, world.followersOf(room).length);
    held('waiting', followers['waiting'].size, followers['all'].size);
    held('entries', tail['slice'].entries.length, kept);
    held('pages', tail['pages']['pages'].size, kept + 1);
  }
}
