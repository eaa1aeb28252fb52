// What is said while a login waits for the browser, and the browser itself.
import type { Attempt } from "../../oauth/authorization-code.ts";
import type { Callback } from "../../oauth/callback.ts";
import { loginsOf } from "../../providers/logins.ts";
import { findProvider } from "../../providers/all.ts";
import { brandOf } from "./brand.ts";
import type { FlowContext } from "./flow.ts";
import { openBrowser } from "./open-browser.ts";
import type { Seat } from "./seat.ts";
import { seatOf } from "./seat.ts";

/** Elsewhere: in a page of the person's own browser. */
type Place = Seat | "elsewhere";

/** Opens the address where there is a browser; else says how it is done without one. */
export async function invite(context: FlowContext, callback: Callback, { url }: Attempt): Promise<void> {
  const { deps, talk } = context;
  const to = brandOf(context);
  const env = deps.env();
  talk.link?.({ url });
  const seat = talk.link ? "elsewhere" : seatOf(env);
  const opened = seat === "here" && (await openBrowser(url, env, process.platform));
  const place = opened
    ? `The browser opens to log in to ${to}. If it does not, open this address:`
    : `${WITHOUT_BROWSER[seat === "here" ? "closed" : seat]}To log in to ${to}, open this address in a browser:`;
  const ways = opened && !callback.unheard ? [] : [pasteWords(callback, seat), deviceWords(context)];
  talk.notify([place, "", `  ${url}`, "", ...ways.filter((words) => words !== "")].join("\n"));
}

const WITHOUT_BROWSER: Readonly<Record<Exclude<Place, "here"> | "closed", string>> = {
  remote: "This is a remote machine. ",
  container: "This is a container. ",
  screenless: "There is no screen here. ",
  elsewhere: "",
  closed: "No browser could be opened. ",
};

function pasteWords({ redirectUri, unheard }: Callback, seat: Place): string {
  const { origin } = new URL(redirectUri);
  const end = `In the end the browser goes to an address that begins with ${origin}/`;
  if (unheard !== undefined)
    return `${end} but ${unheard}, so it is not heard here: copy that whole address, and paste it here.`;
  if (seat === "here") return "";
  return `${end} and may say that nothing is there. Then copy that whole address, and paste it here.`;
}

function deviceWords({ provider, login }: FlowContext): string {
  const known = findProvider(provider);
  const device = known && loginsOf(known).find(({ kind }) => kind === "device");
  if (!device || device.id === login.id) return "";
  return `Or log in with a code instead: openclaw models auth login --provider ${provider} --method ${device.id}`;
}
