"use strict";
// The same resources the way Pulumi's documentation teaches dynamic providers: a class whose code is serialized into
// the state of every resource, `new Provider()` per resource, a request per operation with Node's own fetch.
const pulumi = require("@pulumi/pulumi");

async function call(method, base, path, body) {
  const response = await fetch(`${process.env[base]}${path}`, {
    method,
    headers: { authorization: `Key ${process.env.FAL_KEY}`, ...(body ? { "content-type": "application/json" } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.status === 204 ? undefined : response.json();
}

class SecretProvider {
  async diff(_id, olds, news) {
    const replaces = olds.name !== news.name ? ["name"] : [];
    return { changes: replaces.length > 0 || olds.value !== news.value, replaces };
  }

  async create(inputs) {
    const made = await call("POST", "FAL_REST_URL", "/serverless/secrets", { name: inputs.name, value: inputs.value });
    return { id: inputs.name, outs: { name: inputs.name, value: inputs.value, createdAt: made.created_at } };
  }

  async read(id, props) {
    const secrets = await call("GET", "FAL_REST_URL", "/serverless/secrets");
    const found = secrets.find((secret) => secret.name === id);
    return found ? { id, props: { ...props, createdAt: found.created_at } } : { id: "", props: {} };
  }

  async update(id, olds, news) {
    await call("POST", "FAL_REST_URL", "/serverless/secrets", { name: id, value: news.value });
    return { outs: { ...olds, value: news.value } };
  }

  async delete() {
    // The older REST surface, the only one that fetch can reach, cannot delete a secret: a request of the same cost.
    await call("GET", "FAL_REST_URL", "/users/current");
  }
}

class Secret extends pulumi.dynamic.Resource {
  constructor(name, args, options) {
    super(new SecretProvider(), name, { createdAt: undefined, ...args }, options);
  }
}

class ApiKeyProvider {
  async diff(_id, olds, news) {
    const replaces = olds.alias !== news.alias ? ["alias"] : [];
    return { changes: replaces.length > 0, replaces };
  }

  async create(inputs) {
    const made = await call("POST", "FAL_API_URL", "/keys", { alias: inputs.alias });
    return {
      id: made.key_id,
      outs: { alias: inputs.alias, keyId: made.key_id, keySecret: made.key_secret, key: made.key },
    };
  }

  async read(id, props) {
    let cursor = "";
    do {
      const page = await call(
        "GET",
        "FAL_API_URL",
        `/keys?limit=100${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`,
      );
      if (page.keys.some((key) => key.key_id === id)) return { id, props };
      cursor = page.next_cursor;
    } while (cursor);
    return { id: "", props: {} };
  }

  async delete(id) {
    await call("DELETE", "FAL_API_URL", `/keys/${id}`);
  }
}

class ApiKey extends pulumi.dynamic.Resource {
  constructor(name, args, options) {
    super(new ApiKeyProvider(), name, { keyId: undefined, keySecret: undefined, key: undefined, ...args }, options);
  }
}

for (let index = 0; index < Number(process.env.BENCH_SIZE); index += 1) {
  const name = `BENCH_${index}`;
  if (index % 2 === 0) {
    new Secret(name, { name, value: pulumi.secret(`value of ${name}`) }, { additionalSecretOutputs: ["value"] });
  } else new ApiKey(name, { alias: name }, { additionalSecretOutputs: ["key", "keySecret"] });
}
