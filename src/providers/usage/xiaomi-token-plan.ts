import type { UsageSurface } from "./surface.ts";
import { xiaomi } from "./xiaomi.ts";

export const xiaomiTokenPlan: UsageSurface = {
  ...xiaomi,
  id: "xiaomi-token-plan",
  displayName: "Xiaomi Token Plan",
  providers: ["xiaomi-token-plan"],
};
