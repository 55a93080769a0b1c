import type { Environment, Node } from './environment';

/** Checks that the logs keep no more in memory than their bounds (I9). No public method shows this, so it reads private fields. */
export function checkBounds(environment: Environment): void {
  environment.nodes.forEach((node) => checkNode(environment, node));
}

function checkNode(environment: Environment, node: Node): void {
  const { cachedEntries, checker } = environment;
  const { log } = node;
  const budget = log['budget'];
  if (budget.bytes > budget['limit'] || budget.bytes < 0) {
    checker.report('I9', `${budget.bytes} bytes are cached, with a limit of ${budget['limit']}`);
  }
  for (const [room, followers] of log['rooms']) {
    const { tail } = followers;
    const checkSize = (name: string, size: number, limit: number): void => {
      if (size > limit) checker.report('I9', `${room} has ${size} ${name}, with a limit of ${limit}`);
    };
    checkSize('followers', followers['all'].size, environment.followersOf(room, node).length);
    checkSize('waiting followers', followers['waiting'].size, followers['all'].size);
    checkSize('cached entries', tail['slice'].entries.length, cachedEntries);
    checkSize('cached pages', tail['pages']['pages'].size, cachedEntries + 1);
  }
}
