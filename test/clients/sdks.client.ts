// Both SDKs on every wire, whatever the first account does instead of answering.
import { sdkSuite } from "../support/sdk-suite.ts";

sdkSuite(["limited", "refused", "cut", "reset"]);
