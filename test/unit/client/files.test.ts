import { expect, test } from "vitest";
import { FalServerError, FalValidationError } from "../../../src/client";
import { client, restServer } from "./support/servers";

const cat = {
  path: "datasets/images/cat.jpg",
  name: "cat.jpg",
  created_time: "2024-11-08T00:00:00.000Z",
  updated_time: "2024-11-09T00:00:00.000Z",
  is_file: true,
  size: 1250023,
  checksum_sha256: "b1946ac92492d2347c6235b4d2611184d5c3f1f0f44aa7b27d3b1d5b0f5a6a11",
  checksum_md5: "9e107d9d372bb6826bd81d3542a419d6",
};
const folder = { path: "datasets", is_file: false, size: 0, checksum_md5: null, more: 1 };

test("files.list returns the entries of a folder sorted by path", async () => {
  const server = await restServer(() => ({ body: [cat, folder] }));
  expect(await client({ apiUrl: `${server.url}/v1` }).files.list()).toEqual([
    { path: "datasets", name: "datasets", isFile: false, size: 0 },
    {
      path: "datasets/images/cat.jpg",
      name: "cat.jpg",
      isFile: true,
      size: 1250023,
      createdAt: "2024-11-08T00:00:00.000Z",
      updatedAt: "2024-11-09T00:00:00.000Z",
      checksumSha256: "b1946ac92492d2347c6235b4d2611184d5c3f1f0f44aa7b27d3b1d5b0f5a6a11",
      checksumMd5: "9e107d9d372bb6826bd81d3542a419d6",
    },
  ]);
  expect(server.calls).toMatchObject([{ method: "GET", path: "/v1/serverless/files/list", body: undefined }]);
});

test.each([
  ["datasets/images", "/serverless/files/list/datasets%2Fimages"],
  ["/data/datasets/images/", "/serverless/files/list/datasets%2Fimages"],
  ["data/a b", "/serverless/files/list/data%2Fa%20b"],
  ["/data", "/serverless/files/list"],
  ["/", "/serverless/files/list"],
])("files.list requests the folder %s as %s", async (path, asked) => {
  const server = await restServer(() => ({ body: [] }));
  expect(await client({ apiUrl: server.url }).files.list({ path })).toEqual([]);
  expect(server.calls.map((call) => call.path)).toEqual([asked]);
});

test.each(["../keys", "a/../../b", "/etc", "./a"])("files.list rejects the path %s and sends nothing", async (path) => {
  const server = await restServer(() => ({ body: [] }));
  await expect(client({ apiUrl: server.url }).files.list({ path })).rejects.toBeInstanceOf(FalValidationError);
  expect(server.calls).toEqual([]);
});

test("files.list reports a malformed response as an error", async () => {
  const server = await restServer(() => ({ body: { files: [] } }));
  await expect(client({ apiUrl: server.url }).files.list()).rejects.toBeInstanceOf(FalServerError);
});
