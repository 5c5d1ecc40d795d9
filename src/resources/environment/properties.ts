import { z } from "zod";
import { defineResource } from "../../provider/properties";
import { containsUnknown } from "../../provider/values";
import { adoptFlag, environmentName, knownString, mainEnvironment } from "../common";

export const environment = defineResource({
  kind: "Environment",
  doc: "A fal environment, which separates apps and secrets, for example `staging`.",
  idDoc: "`name`",
  identity: ({ name }) => (typeof name === "string" && !containsUnknown(name) ? name : undefined),
  noun: "environment",
  deletion: ({ name, forceDestroy }) => {
    if (name === mainEnvironment) return "kept";
    return forceDestroy === true ? "lost" : "removed";
  },
  inputs: {
    name: {
      schema: environmentName("must be a string", "must not be empty"),
      change: "replace",
      public: true,
      required: true,
      type: "string",
      doc: "The environment's name. It becomes part of its apps' aliases, `app--name`.",
    },
    description: {
      schema: z.string({ error: "must be a string" }).min(1, "must not be empty: leave it out"),
      change: "update",
      atCreation: true,
      type: "string",
      doc: "A description. fal cannot change it after creation, so a preview rejects changes; you may remove it from the program.",
    },
    forceDestroy: {
      schema: z.boolean({ error: "must be true or false" }),
      change: "record",
      type: "boolean",
      doc: "Deletes the environment even if it contains apps or secrets, which fal deletes too. It takes effect only once it is in the state: set it, run `pulumi up`, then destroy.",
      default: "`false`: deleting an environment that is not empty is an error",
    },
    adopt: adoptFlag,
  },
  outputs: {
    createdAt: { type: "string", optional: true, changesWith: [], doc: "When the environment was created, ISO 8601." },
    isDefault: { type: "boolean", changesWith: [], doc: "Whether it is the account's default environment." },
  },
  rules: (known, olds) => {
    const description = knownString(known, "description");
    const renamed = olds !== undefined && known("name") !== olds["name"];
    if (description === undefined || olds === undefined || renamed || description === olds["description"]) return [];
    return [
      {
        property: "description",
        reason:
          "is fixed at creation and fal cannot change it: put the old text back, remove it, " +
          'or add the option `ignoreChanges: ["description"]`',
      },
    ];
  },
  warnings: (known) => {
    const name = knownString(known, "name");
    return name !== undefined && !/^[a-z0-9][a-z0-9-]*$/.test(name)
      ? [
          {
            property: "name",
            reason: 'should consist of lower-case letters, digits and "-": fal documents no other names',
          },
        ]
      : [];
  },
});
