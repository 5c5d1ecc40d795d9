import { expect, test } from "vitest";
import { emulate } from "./support/emulator";

const base = "/files/app/multipart/abc";

test("a file of an app is missing until its upload is complete", async () => {
  const fal = await emulate();
  const missing = async () =>
    (await fal.rest("POST", "/files/missing_hashes", { body: { hashes: ["abc", "def"] } })).body;
  expect(await missing()).toEqual(["abc", "def"]);

  const { upload_id } = (await fal.rest("POST", `${base}/initiate`, { body: { size: "5" } })).body;
  const part = new FormData();
  // Larger than the limit for other bodies.
  part.set("file_upload", new Blob(["x".repeat(2 * 1024 * 1024)]), "chunk");
  const sent = await fetch(`${fal.restUrl}${base}/${upload_id}/1`, {
    method: "PUT",
    headers: { authorization: `Key ${fal.key}` },
    body: part,
  });
  expect(await sent.json()).toEqual({ part_number: 1, etag: expect.any(String) });
  expect(await missing()).toEqual(["abc", "def"]);
  expect((await fal.rest("POST", `${base}/${upload_id}/complete`, { body: { parts: [] } })).status).toBe(200);
  expect(await missing()).toEqual(["def"]);
});

test("an upload of an app's file ends when it is cancelled, and needs a key that may deploy", async () => {
  const fal = await emulate();
  const { upload_id } = (await fal.rest("POST", `${base}/initiate`)).body;
  expect((await fal.rest("POST", `${base}/${upload_id}/cancel`)).status).toBe(200);
  expect((await fal.rest("POST", `${base}/${upload_id}/complete`, { body: {} })).status).toBe(404);
  expect((await fal.rest("POST", "/files/app/multipart/other/initiate", { key: null })).status).toBe(401);
  await fal.seed({ keys: [{ key_id: "k", key_secret: "secret", preset: "READONLY", scope: null }] });
  expect((await fal.rest("POST", `${base}/initiate`, { key: "k:secret" })).status).toBe(403);
});
