// Loaded into a server before it starts: its clock is an hour wrong, now in one direction, now in the other.
const HOUR = 3_600_000;
const { now } = Date;
const Real = Date;
const shifted = () => now() + (Math.floor(performance.now() / 300) % 2 ? HOUR : -HOUR);

globalThis.Date = class extends Real {
  constructor(...args) {
    super(...(args.length > 0 ? args : [shifted()]));
  }

  static now() {
    return shifted();
  }
};
