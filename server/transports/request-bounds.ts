import type { Connection } from '../access/connection';
import type { VisitorLimits } from '../access/visitor-limits';
import { Refusal } from '../refusal';

/** The most requests of one connection that may be unanswered, and the most characters of drafts that they may hold. */
const UNANSWERED_MAX = 256;
const CHARACTERS_MAX = 256 * 1024;
/** How many requests in a row may be refused because of earlier refusals, before the connection is closed. */
const IGNORED_REFUSALS_MAX = 32;

/** Bounds the requests of one connection: how many may be unanswered, and how many may be refused. */
export class RequestBounds {
  private unanswered = 0;
  private characters = 0;
  private ignoredRefusals = 0;

  constructor(
    private readonly limits: VisitorLimits,
    private readonly connection: Connection,
  ) {}

  /**
   * Checks whether another request may be handled, and disconnects a client that continues regardless.
   * @throws {Refusal} `rate_limited`
   */
  check(): void {
    if (this.unanswered >= UNANSWERED_MAX || this.characters >= CHARACTERS_MAX) {
      const refusal = new Refusal('rate_limited', 'tooManyUnanswered');
      this.connection.disconnect(refusal);
      throw refusal;
    }
    this.checkRefusals();
  }

  /** Checks whether the client was refused too often. @throws {Refusal} `rate_limited` */
  checkRefusals(): void {
    try {
      this.limits.checkRefusals(this.connection.visitor);
      this.ignoredRefusals = 0;
    } catch (error) {
      this.ignoredRefusals += 1;
      if (this.ignoredRefusals > IGNORED_REFUSALS_MAX) this.connection.disconnect(error as Refusal);
      throw error;
    }
  }

  /** Counts a request as unanswered until `answer` settles, and its refusal. */
  async track(answer: Promise<object>): Promise<object> {
    this.unanswered += 1;
    try {
      return await answer;
    } catch (error) {
      this.countRefusal(error);
      throw error;
    } finally {
      this.unanswered -= 1;
    }
  }

  /** Counts the characters of a draft, until {@link release}. */
  hold(characters: number): void {
    this.characters += characters;
  }

  release(characters: number): void {
    this.characters -= characters;
  }

  /** Counts an error, if it is a refusal that the client could have avoided. */
  countRefusal(error: unknown): void {
    if (!(error instanceof Refusal) || error.status >= 500) return;
    this.limits.countRefusal(this.connection.visitor);
  }
}
