import { defineFunction } from "./definition";

export const getStorageSettings = defineFunction({
  name: "getStorageSettings",
  doc: "The account's settings for uploaded files: how long they are kept and who may read them.",
  example: "const { expirationDurationSeconds } = await fal.getStorageSettings();",
  inputs: {},
  async read(_args, { fal }) {
    return await fal.storage.getSettings();
  },
});
