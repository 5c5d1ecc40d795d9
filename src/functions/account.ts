import { z } from "zod";
import { environmentOf } from "../resources/lookup";
import { defineFunction, environmentArgument } from "./definition";

export const getEnvironments = defineFunction({
  name: "getEnvironments",
  doc: "Lists the environments of the account.",
  example: "const { environments } = await fal.getEnvironments();",
  inputs: {},
  async read(_args, { fal, fresh }) {
    return { environments: await fal.environments.list({ fresh }) };
  },
});

export const getSecrets = defineFunction({
  name: "getSecrets",
  doc: "Lists the secrets of an environment without their values, which fal never returns.",
  example: 'const { secrets } = await fal.getSecrets({ environment: "staging" });',
  inputs: { environment: environmentArgument },
  async read(args, context) {
    const environment = environmentOf(args, context);
    return { environment, secrets: await context.fal.secrets.list({ environment, fresh: context.fresh }) };
  },
});

export const getApiKeys = defineFunction({
  name: "getApiKeys",
  doc: "Lists the API keys of the account without their secrets, which fal shows only at creation.",
  example: 'const { keys } = await fal.getApiKeys({ alias: "ci" });',
  inputs: {
    alias: {
      schema: z.string({ error: "must be a string" }).min(1, "must not be empty: leave it out for all keys"),
      type: "string",
      doc: "Only keys with this alias. Several keys can have the same alias.",
      default: "all keys",
    },
  },
  async read(args, { fal, fresh }) {
    const keys = await fal.keys.list({ fresh });
    return { keys: keys.filter((key) => args.alias === undefined || key.alias === args.alias) };
  },
});
