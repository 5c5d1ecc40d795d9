import type { Language } from "../language";
import { python } from "./python";
import { commonJs, typescript } from "./typescript";
import { yaml } from "./yaml";

export const languageNames = ["typescript", "python", "yaml"] as const;
export type LanguageName = (typeof languageNames)[number];

/** @param isCommonJs whether the program is for Node without a compiler */
export function languageOf(name: LanguageName, isCommonJs: boolean): Language {
  if (name === "typescript") return isCommonJs ? commonJs : typescript;
  return { python, yaml }[name];
}
