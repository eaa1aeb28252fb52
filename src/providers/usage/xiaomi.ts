// Xiaomi MiMo tells no windows to a key: the name is all there is to show.
import type { UsageSurface } from "./surface.ts";

export const xiaomi: UsageSurface = {
  id: "xiaomi",
  displayName: "Xiaomi",
  providers: ["xiaomi"],
  types: ["api_key"],
  parse: () => ({ windows: [] }),
};
