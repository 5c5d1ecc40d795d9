import { version } from "@pulumi/pulumi/version";

/** Precedes this package in the user agent of all requests for a Pulumi program. */
export const userAgent = `pulumi/${version}`;
