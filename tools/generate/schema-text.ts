/** Where a description is: in a resource, a function, the provider or an object type, which its names may belong to. */
export interface Place {
  readonly resource?: string;
  readonly function?: string;
  readonly provider?: true;
  readonly type?: string;
}

export type Describe = (text: string, place: Place) => string;

/** A schema that is being made: what names in descriptions can refer to. */
export interface Names {
  /** Properties of resources by kind. */
  readonly resources: ReadonlyMap<string, readonly string[]>;
  readonly functions: readonly string[];
  readonly settings: readonly string[];
}

function referenceTo(kind: string, property: string): string {
  return `#/resources/fal:index:${kind}/properties/${property}`;
}

/**
 * Descriptions name properties as TypeScript and YAML write them. Where other languages write a name differently
 * (`rollout_on` in Python, `RolloutOn` in Go), it becomes a reference, which the generators of SDKs and of the registry's
 * pages replace: see `{{% ref %}}` in https://github.com/pulumi/pulumi/pull/21369. A single word stays as it is.
 */
export function describeWith({ resources, functions, settings }: Names): Describe {
  const references = (name: string, { resource, provider }: Place): string | undefined => {
    const [, kind = resource, property = name] = /^([A-Z]\w*)\.(\w+)$/.exec(name) ?? [];
    if (kind !== undefined && resources.get(kind)?.includes(property)) {
      return referenceTo(kind, property);
    }
    if (functions.includes(name)) return `#/functions/fal:index:${name}`;
    if (provider && settings.includes(name)) return `#/provider/inputProperties/${name}`;
    // A result's property that only one kind has, too.
    const [owner, ...others] = [...resources.keys()].filter((each) => resources.get(each)?.includes(name));
    return owner !== undefined && others.length === 0 ? referenceTo(owner, name) : undefined;
  };
  return (text, place) =>
    text.replace(/`([\w.]+)`/g, (written, name: string) => {
      if (!/[a-z][A-Z]/.test(name)) return written;
      const reference = references(name, place);
      return reference === undefined ? written : `{{% ref ${reference} %}}`;
    });
}
