import { expect, test } from "vitest";
import { emulate } from "./support/emulator";

const FILES = [
  { path: "README.md", size: 10, modified_at: "2026-11-01T00:00:00.000Z" },
  { path: "/data/datasets/a.jpg", size: 20, modified_at: "2026-11-02T00:00:00.000Z" },
  { path: "datasets/deep/b.jpg", size: 30, modified_at: "2026-11-03T00:00:00.000Z" },
];

test("the platform API lists the files and folders of one directory", async () => {
  const fal = await emulate();
  await fal.seed({ files: FILES });

  expect((await fal.platform("GET", "/serverless/files/list")).body).toEqual([
    {
      path: "README.md",
      name: "README.md",
      is_file: true,
      size: 10,
      created_time: "2026-11-01T00:00:00.000Z",
      updated_time: "2026-11-01T00:00:00.000Z",
    },
    expect.objectContaining({ path: "datasets", name: "datasets", is_file: false, size: 0 }),
  ]);
  expect((await fal.platform("GET", "/serverless/files/list/datasets")).body).toMatchObject([
    { path: "datasets/a.jpg", name: "a.jpg", is_file: true, size: 20 },
    { path: "datasets/deep", name: "deep", is_file: false, updated_time: "2026-11-03T00:00:00.000Z" },
  ]);
});

test("the platform API lists nested directories with encoded and plain slashes, and a missing directory is empty", async () => {
  const fal = await emulate();
  await fal.seed({ files: FILES });
  for (const directory of ["datasets/deep", "datasets%2Fdeep", "datasets/deep/"]) {
    const { body } = await fal.platform("GET", `/serverless/files/list/${directory}`);
    expect(body).toMatchObject([{ path: "datasets/deep/b.jpg" }]);
  }
  expect((await fal.platform("GET", "/serverless/files/list/none")).body).toEqual([]);
  expect((await fal.platform("GET", "/serverless/files/list/data")).body).toEqual([]);
});

test("the alpha API lists all files below a path", async () => {
  const fal = await emulate();
  await fal.seed({ files: FILES });
  const all = await fal.rest("GET", "/serverless/files");
  expect(all.body.map((file: { path: string }) => file.path)).toEqual([
    "README.md",
    "datasets/a.jpg",
    "datasets/deep/b.jpg",
  ]);
  expect((await fal.rest("GET", "/serverless/files?path=/data/datasets")).body).toEqual([
    { path: "datasets/a.jpg", size: 20, modified_at: "2026-11-02T00:00:00.000Z" },
    { path: "datasets/deep/b.jpg", size: 30, modified_at: "2026-11-03T00:00:00.000Z" },
  ]);
});
