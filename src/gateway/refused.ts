// A refusal on its way to the client: thrown where it is found, told where requests are answered.
import type { TimedRefusal } from "./calls/refusals.ts";

export class Refused extends Error {
  override readonly name = "Refused";
  readonly refusal: TimedRefusal;
  constructor(refusal: TimedRefusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}
