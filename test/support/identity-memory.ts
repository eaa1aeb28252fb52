// Where the identity provider of the tests keeps what it issues: without a limit, unlike the one that comes with it.

type Payload = Record<string, unknown>;

/** @see oidc-provider, "Adapters" */
export function memoryAdapter(): (model: string) => object {
  const rows = new Map<string, Payload>();
  const keysBy = { grantId: new Map<unknown, Set<string>>(), uid: new Map(), userCode: new Map() };
  return (model) => {
    const keyOf = (id: string) => `${model}:${id}`;
    const find = async (id: string) => rows.get(keyOf(id));
    return {
      find,
      findByUid: async (uid: string) => rows.get(keysBy.uid.get(`${model}:${uid}`)),
      findByUserCode: async (code: string) => rows.get(keysBy.userCode.get(`${model}:${code}`)),
      destroy: async (id: string) => void rows.delete(keyOf(id)),
      consume: async (id: string) => {
        const row = await find(id);
        if (row) row["consumed"] = Math.floor(Date.now() / 1000);
      },
      upsert: async (id: string, payload: Payload) => {
        const key = keyOf(id);
        rows.set(key, payload);
        const { grantId, uid, userCode } = payload;
        if (uid !== undefined) keysBy.uid.set(`${model}:${uid}`, key);
        if (userCode !== undefined) keysBy.userCode.set(`${model}:${userCode}`, key);
        if (grantId === undefined || model === "Grant") return;
        const siblings = keysBy.grantId.get(grantId) ?? new Set();
        keysBy.grantId.set(grantId, siblings.add(key));
      },
      revokeByGrantId: async (grantId: string) => {
        for (const key of keysBy.grantId.get(grantId) ?? []) {
          if (key.startsWith(`${model}:`)) rows.delete(key);
        }
      },
    };
  };
}
