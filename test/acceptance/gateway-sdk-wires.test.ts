// Both SDKs on every wire, one way to fail; all ways are in `npm run test:clients`.
import { sdkSuite } from "../support/sdk-suite.ts";

sdkSuite(["limited"]);
