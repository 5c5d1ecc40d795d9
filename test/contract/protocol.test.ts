import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  clearField,
  clone,
  createFileRegistry,
  createRegistry,
  type DescMessage,
  fromBinary,
  type MessageShape,
  type Registry,
} from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FieldDescriptorProtoSchema,
  type FileDescriptorProto,
  FileDescriptorSetSchema,
  MethodDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { file_common as emulatorCommon } from "../../emulator/src/gen/common_pb";
import { file_controller as emulatorFile } from "../../emulator/src/gen/controller_pb";
import { file_common as clientCommon } from "../../src/client/internal/gen/common_pb";
import { file_controller as clientFile } from "../../src/client/internal/gen/controller_pb";
import { falCli, noFalCli } from "../support/fal-cli";
import { Witness } from "../support/witness";
import { differences, news, type Protocol, protocolOf } from "./support/protocol";

const published = fromBinary(
  FileDescriptorSetSchema,
  readFileSync(join(__dirname, "../fixtures/fal/isolate-controller-1.83.binpb")),
);
/** The control plane's protocol, and the part of the package isolate that it refers to, which names no package. */
const bothOf = (types: Registry): Protocol => new Map([...protocolOf(types), ...protocolOf(types, "")]);
const theirs = bothOf(createFileRegistry(published));

/** The parts of fal 1.83 that our `.proto` omits, with the reason. Parts of a newer descriptor set must be added here. */
const LEFT_OUT: { of: string; what: string; why: string }[] = [
  {
    of: "rpc controller.IsolateController/",
    what: "Run InteractiveRun Map ShellRunner",
    why: "run code or a terminal: no control plane",
  },
  {
    of: "service ",
    what: "Isolate",
    why: "runs Python; only its log lines are part of the control plane",
  },
  {
    of: "rpc Isolate/",
    what: "Run Submit SetMetadata List Cancel",
    why: "as the service",
  },
  {
    of: "field controller.BuildEnvironmentRequest.",
    what: "environments machine_requirements files secrets",
    why: "what a build is made of; the emulator, which alone serves deploys, builds nothing",
  },
  {
    of: "field controller.RegisterApplicationRequest.",
    what: `environments function entrypoint setup_func files source_code env_id build_environment fetch_openapi
      run_on_main_thread secrets volumes data_mounts private_logs attach_to_deployment health_check_path
      health_check_config skip_retry_conditions retry_config termination_grace_period_seconds`,
    why: "the code of an app and how it runs; the emulator runs none",
  },
  {
    of: "field controller.RegisterApplicationRequest.",
    what: "max_concurrency",
    why: "deprecated: it is among the machine requirements",
  },
  {
    of: "field controller.MachineRequirements.",
    what: "base_image exposed_port metrics_port num_gpus scheduler scheduler_options",
    why: "how a runner is started; none of it is a scaling value",
  },
  {
    of: "field controller.MachineRequirements.",
    what: "machine_type",
    why: "deprecated: fal ignores it where machine_types is set, and its CLI always sets that",
  },
  {
    of: "field controller.RegisterApplicationResult.",
    what: "logs env_id",
    why: "of a build",
  },
];
const leftOut = LEFT_OUT.flatMap(({ of, what }) => what.split(/\s+/).map((name) => of + name));

describe.each([
  ["pulumi-fal", bothOf(createRegistry(clientFile, clientCommon))],
  ["fal-emulator", bothOf(createRegistry(emulatorFile, emulatorCommon))],
])("the protocol of %s", (name, ours) => {
  test(`the protocol of ${name} matches fal's descriptors in each message, field, enum and rpc`, () => {
    expect([...ours.keys()].filter((element) => element.startsWith("rpc "))).toHaveLength(21);
    expect(differences(ours, theirs)).toEqual([]);
  });

  test(`the protocol of ${name} leaves out only what is listed with a reason`, () => {
    expect(news(ours, theirs).sort()).toEqual(leftOut.toSorted());
  });
});

describe.skipIf(!falCli)(`the fal package for tests${falCli ? "" : ` (skipped: ${noFalCli})`}`, () => {
  test("the installed fal package has the descriptors that the tests compare", async () => {
    const nowhere = "http://127.0.0.1:1";
    const witness = new Witness({ FAL_KEY: "none:none", FAL_REST_URL: nowhere, FAL_GRPC_URL: nowhere });
    const bytes = await witness.python(join(__dirname, "support/descriptors.py"));
    const installed = bothOf(createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes)));
    expect(installed).toEqual(theirs);
  });
});

describe("comparison of protocols", () => {
  const ours = protocolOf(createRegistry(clientFile));
  /** The findings of the comparison with changed descriptors of fal. */
  const changing = (change: (file: FileDescriptorProto) => void) => {
    const changed = clone(FileDescriptorSetSchema, published);
    change(found(changed.file, "controller.proto"));
    const protocol = protocolOf(createFileRegistry(changed));
    return { differences: differences(ours, protocol), news: news(ours, protocol) };
  };
  const changingField = (message: string, field: string, change: (field: DescriptorProto["field"][number]) => void) =>
    changing((file) => change(found(found(file.messageType, message).field, field))).differences;

  test("the comparison of protocols finds a changed number of a field", () => {
    expect(changingField("Secret", "name", (field) => (field.number = 9))).toEqual([
      "field controller.Secret.name: string = 1 here, string = 9 at fal",
    ]);
  });

  test("the comparison of protocols finds a changed type of a field", () => {
    expect(changingField("AliasInfo", "keep_alive", (field) => (field.type = FieldDescriptorProto_Type.INT64))).toEqual(
      ["field controller.AliasInfo.keep_alive: int32 = 6 here, int64 = 6 at fal"],
    );
    const other = ".controller.Secret";
    expect(changingField("SetAliasResult", "alias_info", (field) => (field.typeName = other))).toEqual([
      "field controller.SetAliasResult.alias_info: controller.AliasInfo = 1 here, controller.Secret = 1 at fal",
    ]);
  });

  test("the comparison of protocols finds a changed label of a field", () => {
    const repeated = FieldDescriptorProto_Label.REPEATED;
    expect(changingField("StopRunnerRequest", "runner_id", (field) => (field.label = repeated))).toEqual([
      "field controller.StopRunnerRequest.runner_id: string = 1 here, repeated string = 1 at fal",
    ]);
  });

  test("the comparison of protocols finds a changed presence of a field", () => {
    const implicit = (field: DescriptorProto["field"][number]) => {
      field.proto3Optional = false;
      clearField(field, FieldDescriptorProtoSchema.field.oneofIndex);
    };
    expect(changingField("StopRunnerRequest", "replace_first", (field) => (field.proto3Optional = true))).toEqual([
      "field controller.StopRunnerRequest.replace_first: bool = 2 here, optional bool = 2 at fal",
    ]);
    expect(changingField("Secret", "default_exposed", implicit)).toEqual([
      "field controller.Secret.default_exposed: optional bool = 4 here, bool = 4 at fal",
    ]);
    expect(changingField("SetSecretRequest", "value", (field) => (field.proto3Optional = false))).toEqual([
      "field controller.SetSecretRequest.value: optional string = 2 here, oneof _value string = 2 at fal",
    ]);
  });

  test("the comparison of protocols finds a changed number or name of an enum value", () => {
    const { differences, news } = changing((file) => {
      found(found(file.enumType, "ApplicationAuthMode").value, "SHARED").number = 3;
      found(found(file.enumType, "DeploymentStrategy").value, "ROLLING").name = "BLUE_GREEN";
    });
    expect(differences).toEqual([
      "value controller.ApplicationAuthMode.SHARED: 2 here, 3 at fal",
      "value controller.DeploymentStrategy.ROLLING: fal has none",
    ]);
    expect(news).toContain("value controller.DeploymentStrategy.BLUE_GREEN");
  });

  test("the comparison of protocols finds parts that fal no longer has", () => {
    const { differences } = changing((file) => {
      const service = found(file.service, "IsolateController");
      service.method = service.method.filter((method) => method.name !== "KillRunner");
      const secret = found(file.messageType, "Secret");
      secret.field = secret.field.filter((field) => field.name !== "name");
    });
    expect(differences).toEqual([
      "field controller.Secret.name: fal has none",
      "rpc controller.IsolateController/KillRunner: fal has none",
    ]);
  });

  test("the comparison of protocols finds an rpc with changed types or streaming", () => {
    const { differences } = changing((file) => {
      const { method } = found(file.service, "IsolateController");
      found(method, "SetSecret").outputType = ".controller.Secret";
      found(method, "ListRunners").serverStreaming = true;
      found(method, "StopRunner").clientStreaming = true;
    });
    expect(differences).toEqual([
      "rpc controller.IsolateController/SetSecret: (controller.SetSecretRequest) returns (controller.SetSecretResponse) here, (controller.SetSecretRequest) returns (controller.Secret) at fal",
      "rpc controller.IsolateController/StopRunner: (controller.StopRunnerRequest) returns (controller.StopRunnerResponse) here, (stream controller.StopRunnerRequest) returns (controller.StopRunnerResponse) at fal",
      "rpc controller.IsolateController/ListRunners: (controller.ListRunnersRequest) returns (controller.ListRunnersResponse) here, (controller.ListRunnersRequest) returns (stream controller.ListRunnersResponse) at fal",
    ]);
  });

  test("the comparison of protocols lists new rpcs and new parts of known types", () => {
    const added = changing((file) => {
      const service = found(file.service, "IsolateController");
      service.method.push(copy(MethodDescriptorProtoSchema, found(service.method, "SetSecret"), { name: "GetSecret" }));
      const alias = found(file.messageType, "AliasInfo");
      alias.field.push(
        copy(FieldDescriptorProtoSchema, found(alias.field, "revision"), {
          name: "region_weights",
          number: 99,
          jsonName: "",
        }),
      );
    });
    expect(added.differences).toEqual([]);
    expect(added.news.filter((element) => !leftOut.includes(element)).sort()).toEqual([
      "field controller.AliasInfo.region_weights",
      "rpc controller.IsolateController/GetSecret",
    ]);
  });
});

function found<T extends { name: string }>(list: T[], name: string): T {
  const one = list.find((each) => each.name === name);
  if (one === undefined) throw new Error(`the descriptor set has no ${name}`);
  return one;
}

function copy<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>, other: Partial<MessageShape<Desc>>) {
  return Object.assign(clone(schema, message), other);
}
