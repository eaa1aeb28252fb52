// A process that falls over what nobody caught: said without secrets, because errors quote what they were made of.
import { inspect } from "node:util";

/** Ends the process as Node itself would, with the exit code 1. */
export function tellCrash(
  hide: (text: string) => string,
  tell: (text: string, error: unknown) => void,
): void {
  process.once("uncaughtException", (error) => {
    try {
      tell(hide(inspect(error)), error);
    } finally {
      process.exit(1);
    }
  });
}
