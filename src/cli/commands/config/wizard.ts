// A bare `openclaw config` is the wizard of `openclaw configure`, by OpenClaw's documents ("Configure").
export { default } from "../configure.ts";
