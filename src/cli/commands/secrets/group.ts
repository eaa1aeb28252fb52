// `openclaw secrets`
import type { CommandGroup } from "../../command-tree.ts";

export const secrets: CommandGroup = {
  brief: "How credentials are kept: references, and sealed stores",
  entries: {
    audit: {
      brief: "Find secrets in plain text, and references that lead nowhere",
      plugins: "none",
      load: () => import("./audit.ts"),
    },
    prove: {
      brief: "Look for every known secret everywhere it should not be",
      plugins: "none",
      load: () => import("./prove.ts"),
    },
    reload: {
      brief: "Have the running gateway ask for all secrets again",
      plugins: "none",
      load: () => import("./reload.ts"),
    },
    configure: {
      brief: "Find secrets in plain text, and put them behind references, question by question",
      plugins: "none",
      load: () => import("./configure.ts"),
    },
    apply: {
      brief: "Put secrets behind references, as a plan says, and remove them where they stood",
      plugins: "none",
      load: () => import("./apply.ts"),
    },
    seal: {
      brief: "Encrypt the stored credentials of every agent",
      plugins: "none",
      load: () => import("./seal.ts"),
    },
    unseal: {
      brief: "Put the credentials back in plain text",
      plugins: "none",
      load: () => import("./unseal.ts"),
    },
    rekey: {
      brief: "Encrypt the stored credentials with another key",
      plugins: "none",
      load: () => import("./rekey.ts"),
    },
  },
};
