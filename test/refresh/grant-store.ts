// What oidc-provider keeps, in memory and without its own adapter's limit of 1,000 entries; with a time of grace in
// which a spent refresh token is taken once more, as some providers allow.

interface Payload {
  readonly grantId?: string;
  consumed?: number;
  consumedAt?: number;
}

export interface GrantStore {
  readonly adapter: (model: string) => object;
  lives(grantId: string): boolean;
  forget(grantId: string): void;
}

export function grantStore(graceMs: number): GrantStore {
  const entries = new Map<string, Payload>();
  const members = new Map<string, Set<string>>();
  const dead = new Set<string>();

  const forget = (grantId: string): void => {
    for (const key of members.get(grantId) ?? []) entries.delete(key);
    members.delete(grantId);
    entries.delete(`Grant:${grantId}`);
  };

  const adapter = (model: string): object => ({
    async upsert(id: string, payload: Payload) {
      const key = `${model}:${id}`;
      entries.set(key, payload);
      if (payload.grantId === undefined) return;
      const own = members.get(payload.grantId) ?? new Set();
      members.set(payload.grantId, own.add(key));
    },
    async find(id: string) {
      const payload = entries.get(`${model}:${id}`);
      const graced = payload?.consumedAt !== undefined && Date.now() - payload.consumedAt < graceMs;
      return graced ? { ...payload, consumed: undefined } : payload;
    },
    async consume(id: string) {
      const payload = entries.get(`${model}:${id}`);
      if (payload)
        Object.assign(payload, { consumed: Math.floor(Date.now() / 1000), consumedAt: Date.now() });
    },
    async destroy(id: string) {
      entries.delete(`${model}:${id}`);
    },
    async revokeByGrantId(grantId: string) {
      dead.add(grantId);
      forget(grantId);
    },
    async findByUid() {
      return undefined;
    },
    async findByUserCode() {
      return undefined;
    },
  });

  return { adapter, forget, lives: (grantId) => !dead.has(grantId) && entries.has(`Grant:${grantId}`) };
}
