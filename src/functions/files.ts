import { z } from "zod";
import { defineFunction } from "./definition";

export const getFiles = defineFunction({
  name: "getFiles",
  doc: "Lists the files and folders directly in a folder of the account's volume, by path. All environments share the volume; apps access it under `/data`.",
  example: 'const { files } = await fal.getFiles({ path: "datasets/images" });',
  inputs: {
    path: {
      schema: z
        .string({ error: "must be the path of a folder" })
        .refine((path) => !/^\/+(?!data(\/|$))[^/]/.test(path), 'must be below /data: write it without a "/" in front')
        .refine(
          (path) => !path.split("/").some((part) => part === "." || part === ".."),
          'must not contain "." or ".."',
        ),
      type: "string",
      doc: "The folder below `/data`, for example `datasets/images`.",
      default: "the root",
    },
  },
  async read({ path = "" }, { fal }) {
    return { path, files: await fal.files.list({ path }) };
  },
});
