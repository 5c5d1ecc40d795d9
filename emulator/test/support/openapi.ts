import { readFileSync } from "node:fs";
import path from "node:path";
import Ajv from "ajv/dist/2020";
import addFormats from "ajv-formats";

/**
 * fal's published specification of the operations that the emulator serves (a subset of api.fal.ai/v1/openapi.json,
 * descriptions left out).
 */
const spec: Spec = JSON.parse(
  readFileSync(path.join(__dirname, "..", "fixtures", "fal-platform-v1.openapi.json"), "utf8"),
);

interface Operation {
  operationId: string;
  responses: Record<string, { content?: { "application/json"?: { schema: object }; "text/plain"?: object } }>;
}
interface Spec {
  paths: Record<string, Record<string, Operation>>;
}

// "example" is OpenAPI's word, not JSON Schema's.
const ajv = new Ajv({ allErrors: true, strict: true, strictRequired: false, keywords: ["example"] });
addFormats(ajv);

export const operations = Object.entries(spec.paths).flatMap(([template, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), template, ...operation })),
);

/** Every way in which an answer differs from the specification; empty when it conforms. */
export function violations(method: string, pathname: string, status: number, body: unknown): string[] {
  const operation = operations.find((each) => each.method === method && matches(each.template, pathname));
  if (!operation) return [`${method} ${pathname} is not in the specification`];
  const response = operation.responses[status];
  if (!response) return [`${operation.operationId} documents no status ${status}`];
  if (response.content?.["text/plain"]) return typeof body === "string" ? [] : [`${operation.operationId} is no text`];
  const schema = response.content?.["application/json"]?.schema;
  if (!schema) return body === undefined ? [] : [`${operation.operationId} ${status} has no body`];
  const validate = ajv.compile(schema);
  if (validate(body)) return [];
  return (validate.errors ?? []).map(
    (error) => `${operation.operationId} ${status}: ${error.instancePath} ${error.message}`,
  );
}

function matches(template: string, pathname: string): boolean {
  // Directories of files span several segments.
  const pattern = template.replace("{dir}", ".+").replaceAll(/\{[^}]+\}/g, "[^/]+");
  return new RegExp(`^${pattern}$`).test(pathname);
}
