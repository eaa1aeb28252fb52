// Loaded into a gateway of the tests: SIGUSR2 lets it fall over an error whose words hold secrets.
import { readFileSync } from "node:fs";

process.once("SIGUSR2", () => {
  setImmediate(() => {
    const words = readFileSync(String(process.env.TEST_CRASH_WORDS_FILE), "utf8");
    throw Object.assign(new Error(`fell over ${words}`), { words });
  });
});
