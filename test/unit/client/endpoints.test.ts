import { expect, test } from "vitest";
import { FalClient, FalConfigurationError } from "../../../src/client";

function urls(env: Record<string, string>, options: { apiUrl?: string; restUrl?: string; grpcUrl?: string } = {}) {
  const { apiUrl, restUrl, grpcUrl } = new FalClient({ apiKey: "id:secret", env, ...options }).settings;
  return { apiUrl, restUrl, grpcUrl };
}

const standard = {
  apiUrl: "https://api.fal.ai/v1",
  restUrl: "https://rest.alpha.fal.ai",
  grpcUrl: "https://api.alpha.fal.ai",
};

test("the client uses fal's own hosts by default", () => {
  expect(urls({})).toEqual(standard);
});

test("host options take precedence over the environment", () => {
  const env = {
    FAL_API_URL: "https://env.example/v1",
    FAL_REST_URL: "https://env.example",
    FAL_GRPC_URL: "https://env.example",
  };
  const options = {
    apiUrl: "https://a.example/v1/",
    restUrl: "https://r.example/",
    grpcUrl: "https://g.example:8443",
  };
  expect(urls(env, options)).toEqual({
    apiUrl: "https://a.example/v1",
    restUrl: "https://r.example",
    grpcUrl: "https://g.example:8443",
  });
});

test.each([
  [{ FAL_GRPC_URL: "https://one.example", FAL_GRPC_HOST: "two.example", FAL_HOST: "three.example" }, "one"],
  [{ FAL_GRPC_HOST: "two.example", FAL_HOST: "three.example" }, "two"],
  [{ FAL_HOST: "three.example" }, "three"],
])("the client selects the gRPC host from %j", (env, expected) => {
  expect(urls(env).grpcUrl).toBe(`https://${expected}.example`);
});

test("the client derives the REST host from the gRPC host as fal's CLI does", () => {
  expect(urls({ FAL_HOST: "api.beta.fal.ai" }).restUrl).toBe("https://rest.beta.fal.ai");
  expect(urls({ FAL_HOST: "fal.example" }).restUrl).toBe("https://fal.example");
  expect(urls({ FAL_HOST: "api.beta.fal.ai", FAL_REST_HOST: "other.fal.ai" }).restUrl).toBe("https://other.fal.ai");
});

test("ISOLATE_TEST_MODE makes hosts without a scheme plaintext, on this machine only", () => {
  const env = { ISOLATE_TEST_MODE: "1", FAL_GRPC_HOST: "127.0.0.1:5001", FAL_REST_HOST: "localhost:5002" };
  expect(urls(env)).toEqual({ ...standard, grpcUrl: "http://127.0.0.1:5001", restUrl: "http://localhost:5002" });
  expect(() => urls({ ...env, FAL_GRPC_HOST: "api.alpha.fal.ai" })).toThrow(/FAL_GRPC_HOST.*unencrypted/);
  expect(urls({ ...env, ISOLATE_TEST_MODE: "0" }).grpcUrl).toBe("https://127.0.0.1:5001");
});

test.each(["http://127.0.0.1:1", "http://127.9.9.9", "http://[::1]:1", "http://localhost:1", "http://x.localhost"])(
  "the client accepts plaintext for this machine: %s",
  (grpcUrl) => {
    expect(urls({}, { grpcUrl }).grpcUrl).toBe(grpcUrl);
  },
);

test.each([
  "http://api.fal.ai",
  "http://10.0.0.1",
  "http://0.0.0.0",
  "http://localhost.example.com",
  "http://127.0.0.1.example.com",
  "http://128.0.0.1",
])("the client rejects plaintext for other machines: %s", (url) => {
  for (const name of ["apiUrl", "restUrl", "grpcUrl"]) {
    expect(() => urls({}, { [name]: url })).toThrow(FalConfigurationError);
    expect(() => urls({}, { [name]: url })).toThrow(new RegExp(`${name} would send the fal key unencrypted`));
  }
});

test.each([
  ["ftp://127.0.0.1", /must be an https: URL/],
  ["https://user:pass@api.fal.ai", /user name or password/],
  ["https://api.fal.ai/v1?x=1", /query or a fragment/],
  ["https://", /not a URL/],
  ["https://a b", /not a URL/],
])("the client rejects the address %s", (apiUrl, reason) => {
  expect(() => urls({}, { apiUrl })).toThrow(reason);
  expect(() => urls({}, { apiUrl })).not.toThrow(/pass@/);
});
