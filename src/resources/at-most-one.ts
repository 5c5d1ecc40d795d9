/** The properties of `T`, of which at most one has a value. */
export type AtMostOne<T> = {
  [Name in keyof T]: Pick<T, Name> & { readonly [Other in Exclude<keyof T, Name>]?: undefined };
}[keyof T];
