// `openclaw doctor`: what is wrong, and what it would do about it. It is repaired on the machine itself.
import { fresh, method } from "../method.ts";
import { nothing } from "../params.ts";

export const doctorMethods = {
  doctor: method("operator.read", nothing, async ({ deps }) => {
    const { diagnose } = await import("../../../doctor/doctor.ts");
    return (await diagnose(fresh(deps))).report;
  }),
};
