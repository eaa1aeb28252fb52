// Who keeps credentials that this program gets for itself when a call wants them.
import { AWS_SDK } from "./aws-route.ts";
import { GCLOUD_ADC } from "./gcloud-route.ts";

export const isCloud = (keeper: string): boolean => keeper === AWS_SDK || keeper === GCLOUD_ADC;
