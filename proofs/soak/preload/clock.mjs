// Loaded into a server before it starts: every 300 ms, its clock changes between an hour slow and an hour fast.
const HOUR_MS = 3_600_000;
const INTERVAL_MS = 300;
const { now } = Date;
const RealDate = Date;
const shiftedNow = () => now() + (Math.floor(performance.now() / INTERVAL_MS) % 2 ? HOUR_MS : -HOUR_MS);

globalThis.Date = class extends RealDate {
  constructor(...args) {
    super(...(args.length > 0 ? args : [shiftedNow()]));
  }

  static now() {
    return shiftedNow();
  }
};
