import { type KindSamples, wrong, wrongNames } from "./kind";

export const environment: KindSamples = {
  inputs: {
    name: ["staging", "preview"],
    description: ["one", "two"],
    forceDestroy: [false, true],
    adopt: [false, true],
  },
  together: { name: "staging", description: "try things", forceDestroy: true, adopt: false },
  object: {
    id: "stg",
    takesOver: { name: "stg", adopt: true },
    creates: { name: "stg" },
    elsewhere: { name: "other" },
  },
  wrong: [
    ...wrongNames,
    wrong("with an empty description", { name: "a", description: "" }, ["description", "leave it out"]),
    wrong("with a description that is not text", { name: "a", description: 5 }, ["description", "must be a string"]),
    wrong("with forceDestroy that is not a Boolean", { name: "a", forceDestroy: "true" }, [
      "forceDestroy",
      "true or false",
    ]),
  ],
};
