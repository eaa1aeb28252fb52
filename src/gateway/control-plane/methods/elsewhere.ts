// What OpenClaw has and this program has not: its clients ask for it at their start, and are told that there is none.
import { method } from "../method.ts";
import { anything } from "../params.ts";

const always = (answer: unknown) => method("operator.read", anything, () => answer);
const now = (answer: (ts: number) => unknown) =>
  method("operator.read", anything, ({ gateway }) => answer(gateway.now()));

export const elsewhereMethods = {
  "last-heartbeat": always(null),
  "node.list": now((ts) => ({ ts, nodes: [] })),
  "device.pair.list": always({ pending: [], paired: [] }),
  "cron.list": always({ jobs: [], total: 0, offset: 0, limit: 50, hasMore: false, nextOffset: null }),
  "cron.status": always({ enabled: false, jobs: 0, nextWakeAtMs: null }),
  "exec.approval.list": always([]),
  "plugin.approval.list": always([]),
  "skills.status": always({ skills: [] }),
  "channels.status": now((ts) => ({
    ts,
    channelOrder: [],
    channelLabels: {},
    channelDetailLabels: {},
    channelSystemImages: {},
    channelMeta: [],
    channels: {},
    channelAccounts: {},
    channelDefaultAccountId: {},
  })),
};
