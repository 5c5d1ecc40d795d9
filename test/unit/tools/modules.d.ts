// The tools are plain JavaScript, type-checked by a project of their own (tools/tsconfig.json).
declare module "*.mjs";
