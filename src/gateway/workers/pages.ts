// Pages about all workers, made in the primary, whichever of them was asked.
import { setTimeout as pause } from "node:timers/promises";
import type { Current } from "../http.ts";
import type { ModelCounts } from "../metrics/counts.ts";
import type { Figures } from "../metrics/figures.ts";
import { figures } from "../metrics/figures.ts";
import type { Page } from "../reply.ts";
import { readyReport } from "../routes/ready.ts";
import type { Crew, Member } from "./crew.ts";
import type { PageName } from "./protocol.ts";
import { sumCounts } from "./sum-counts.ts";

/** A worker that is busy for longer is told of as it was last. */
const PATIENCE_MS = 1000;

export class PageMaker {
  readonly #current: Current;
  readonly #crew: () => Crew;
  /** what each worker said last; those that have died stay, so that counts never go down */
  readonly #heard = new Map<Member, Figures>();
  #dead: readonly ModelCounts[] = [];

  constructor(current: Current, crew: () => Crew) {
    this.#current = current;
    this.#crew = crew;
  }

  async page(name: PageName): Promise<Page> {
    const { gateway } = this.#current;
    if (name === "metrics") return await this.#metrics();
    const report = { ...readyReport(gateway), workers: this.#crew().members().length };
    return { status: report.ready ? 200 : 503, type: "application/json", text: JSON.stringify(report) };
  }

  async #metrics(): Promise<Page> {
    const { gateway } = this.#current;
    const members = this.#crew().members();
    await Promise.all(members.map((member) => this.#ask(member)));
    this.#bury(members);
    const own = figures(gateway.counts);
    const workers = members.flatMap((member) => {
      const heard = this.#heard.get(member);
      return heard ? [{ ...heard, name: String(member.place) }] : [];
    });
    const models = sumCounts([...this.#dead, ...workers.flatMap((one) => one.models)]);
    const processes = [{ ...own, name: "primary" }, ...workers];
    const { metricsPage } = await import("../metrics/page.ts");
    const restarts = this.#crew().restarts;
    return { status: 200, ...(await metricsPage(gateway, { models, processes, restarts })) };
  }

  async #ask(member: Member): Promise<void> {
    const asked = member.channel.ask("figures", null).then(
      (heard) => void this.#heard.set(member, heard),
      () => undefined,
    );
    await Promise.race([asked, pause(PATIENCE_MS, undefined, { ref: false })]);
  }

  #bury(alive: readonly Member[]): void {
    for (const [member, { models }] of this.#heard) {
      if (alive.includes(member)) continue;
      this.#dead = sumCounts([...this.#dead, ...models]);
      this.#heard.delete(member);
    }
  }
}
