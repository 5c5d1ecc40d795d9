import * as pulumi from "@pulumi/pulumi";

/**
 * What every output of the SDK has and its types leave out: its packages read each other's outputs so, in all versions.
 */
interface Inside {
  readonly isKnown: Promise<boolean>;
  promise(): Promise<unknown>;
  allResources?(): Promise<Set<pulumi.Resource>>;
  resources(): Set<pulumi.Resource>;
}

function inside(output: pulumi.Output<unknown>): Inside {
  return output as unknown as Inside;
}

/** Whether this run knows the value; only previews know less than all. */
export function isKnown(output: pulumi.Output<unknown>): Promise<boolean> {
  return inside(output).isKnown;
}

/** The value; undefined where it is not known. */
export function known<T>(output: pulumi.Output<T>): Promise<T> {
  return inside(output).promise() as Promise<T>;
}

/**
 * Waits for the resources that an output comes from, with what components among them hold. False when a preview would
 * only create one of them: what depends on it cannot be read yet, though the values may be known.
 */
export async function everythingExists(output: pulumi.Output<unknown>): Promise<boolean> {
  const { allResources, resources } = inside(output);
  const all = withChildren(allResources ? await allResources() : resources());
  const exist = await Promise.all([...all].map((resource) => isKnown(resource.id)));
  return exist.every(Boolean);
}

/** The custom resources: themselves, or what is below a component. */
function withChildren(resources: Iterable<pulumi.Resource>): Set<pulumi.CustomResource> {
  const found = new Set<pulumi.CustomResource>();
  const visit = (resource: pulumi.Resource): void => {
    if (pulumi.CustomResource.isInstance(resource)) {
      // Stand-ins for resources of other processes have no id.
      if (resource.id) found.add(resource);
      return;
    }
    for (const child of (resource as { __childResources?: Set<pulumi.Resource> }).__childResources ?? []) visit(child);
  };
  for (const resource of resources) visit(resource);
  return found;
}
