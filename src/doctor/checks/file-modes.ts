// Files and folders with credentials are for their owner alone (fidelity spec §1).
import type { Check } from "../check.ts";
import { FIX } from "../check.ts";
import type { FileMode } from "../world.ts";

const OTHERS = 0o077;
const isOpen = ({ mode }: FileMode): boolean => (mode & OTHERS) !== 0;
const octal = (mode: number): string => mode.toString(8).padStart(3, "0");
const closed = (file: FileMode): FileMode => ({ ...file, mode: file.mode & ~OTHERS });

export const fileModes: Check = {
  id: "core/doctor/file-modes",
  withoutConfig: true,
  look: (world) =>
    world.modes.filter(isOpen).map((file) => ({
      severity: "warning",
      path: file.path,
      message: `Others on this machine may open it: its mode is ${octal(file.mode)}.`,
      repair: `${file.path}: mode ${octal(file.mode)} becomes ${octal(closed(file).mode)}`,
      fixHint: `${FIX}, or chmod ${octal(closed(file).mode)} ${file.path}`,
    })),
  mend: (world) => ({ ...world, modes: world.modes.map((file) => (isOpen(file) ? closed(file) : file)) }),
};
