import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createFileRegistry, createRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { file_provider } from "../../src/hosts/plugin/gen/provider_pb";
import { PULUMI_PINNED } from "../../tools/setup/versions.mjs";
import { differences, news, protocolOf } from "./support/protocol";

/** The fixture is of the pinned CLI, so whoever changes the version renews the file. */
const published = join(__dirname, `../fixtures/pulumi/protocol-${PULUMI_PINNED}.binpb`);
const theirs = protocolOf(
  createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(published))),
  "pulumirpc",
);
const ours = protocolOf(createRegistry(file_provider), "pulumirpc");

/** The parts of the protocol that the plugin omits, with the reason. Parts of a newer protocol must be added here. */
const LEFT_OUT: { of: string; what: string; why: string }[] = [
  {
    of: "rpc pulumirpc.ResourceProvider/",
    what: "Parameterize Call Construct GetMapping GetMappings",
    why: "parameterized packages, components and converters of Terraform programs",
  },
  {
    of: "rpc pulumirpc.Engine/",
    what: "GetRootResource SetRootResource StartDebugging RequirePulumiVersion",
    why: "for language hosts",
  },
  { of: "service pulumirpc.", what: "PackageResolver", why: "for language hosts" },
  { of: "rpc pulumirpc.PackageResolver/", what: "ResolvePackage", why: "for language hosts" },
  {
    of: "field pulumirpc.ProviderHandshakeRequest.",
    what: `root_directory program_directory configure_with_urn supports_views supports_refresh_before_update
      invoke_with_preview mapper_target loader_target resolver_target accepts_byte_string sends_old_outputs_to_check
      accepts_outputs_in_invoke accepts_outputs_in_call accepts_outputs_in_check`,
    why: "what the engine can do; the plugin does not depend on it",
  },
  {
    of: "field pulumirpc.ProviderHandshakeResponse.",
    what: `supports_autonaming_configuration accepts_byte_string accepts_outputs_in_invoke accepts_outputs_in_call
      accepts_outputs_in_check`,
    why: "what the plugin does not do",
  },
  {
    of: "field pulumirpc.GetSchemaRequest.",
    what: "subpackage_name subpackage_version",
    why: "parameterized packages",
  },
  {
    of: "field pulumirpc.ConfigureRequest.",
    what: "variables acceptSecrets acceptResources sends_old_inputs sends_old_inputs_to_delete id urn type",
    why: "the arguments contain all settings, and the name tells an explicit provider",
  },
  {
    of: "field pulumirpc.ConfigureResponse.",
    what: "supports_autonaming_configuration",
    why: "fal's names are inputs",
  },
  {
    of: "field pulumirpc.CheckRequest.",
    what: "randomSeed type autonaming old_outputs",
    why: "no input is random, and the URN contains the type",
  },
  {
    of: "field pulumirpc.DiffRequest.",
    what: "ignoreChanges name type",
    why: "the engine has put the old values into the new inputs, and the URN contains the rest",
  },
  { of: "field pulumirpc.DiffResponse.", what: "stables", why: "previews of updates return the outputs that stay" },
  ...["Create", "Read", "Update", "Delete"].map((method) => ({
    of: `field pulumirpc.${method}Request.`,
    what: "name type resource_status_address resource_status_token",
    why: "the URN contains name and type; the status service is for views",
  })),
  ...["Read", "Update", "Delete"].map((method) => ({
    of: `field pulumirpc.${method}Request.`,
    what: "old_views",
    why: "resources have no views",
  })),
  { of: "field pulumirpc.ReadRequest.", what: "timeout", why: "each call of the client has a time limit" },
  ...["Update", "Delete"].map((method) => ({
    of: `field pulumirpc.${method}Request.`,
    what: "old_inputs",
    why: "the outputs contain the inputs",
  })),
  ...["Create", "Read", "Update"].map((method) => ({
    of: `field pulumirpc.${method}Response.`,
    what: "refresh_before_update",
    why: "users decide when to refresh",
  })),
  { of: "field pulumirpc.ErrorResourceInitFailed.", what: "inputs refresh_before_update", why: "for failing reads" },
  {
    of: "field pulumirpc.ListRequest.",
    what: "page_size continuation_token",
    why: "the client reads all pages of a list",
  },
  { of: "field pulumirpc.ListResponse.", what: "computed continuation", why: "all objects are in one answer" },
  { of: "field pulumirpc.LogRequest.", what: "streamId", why: "each message is complete" },
];

test("the plugin's protocol matches Pulumi's descriptors in each message, field, enum and rpc", () => {
  expect([...ours.keys()].filter((element) => element.startsWith("rpc "))).toHaveLength(17);
  expect(differences(ours, theirs)).toEqual([]);
});

test("the plugin's protocol leaves out only what is listed with a reason", () => {
  const leftOut = LEFT_OUT.flatMap(({ of, what }) => what.split(/\s+/).map((name) => of + name));
  expect(news(ours, theirs).sort()).toEqual(leftOut.sort());
});
