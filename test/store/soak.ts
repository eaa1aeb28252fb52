// The long run of the process tests: 8 × 1,000 writes, 400 kills. `npm run soak:store`
process.env["STORE_SOAK"] = "1";
await import("./processes.test.ts");
