"use strict";
// Answers at once, with properties like those of a real secret or key: they are the user's, whoever provides them.

const createdAt = "2026-01-01T00:00:00.000Z";
const hex = (length) => "0".repeat(length);

const checked = (news) =>
  "value" in news ? { ...news, environment: "main", fingerprint: hex(16) } : { ...news, generation: 1 };

const made = (inputs) =>
  "value" in inputs
    ? { ...inputs, createdAt }
    : { ...inputs, createdAt, keyId: hex(16), keySecret: hex(32), key: hex(49), previousKeys: [] };

const empty = {
  configure: async () => {},
  check: async (_olds, news) => ({ inputs: checked(news), failures: [] }),
  diff: async () => ({ changes: false }),
  create: async (inputs) => ({ id: inputs.name ?? inputs.alias, outs: made(inputs) }),
  read: async (id, props) => ({ id, props }),
  update: async (_id, _olds, news) => ({ outs: made(news) }),
  delete: async () => {},
};

exports.provider = () => empty;
