import type * as pulumi from "@pulumi/pulumi";

/**
 * The code of an app, which the official `fal` CLI deploys. The files decide whether to deploy: see `sourceHash`. Paths
 * are relative to the folder of the program: that of Pulumi.yaml, or its `main`.
 */
export interface AppSource {
  /** What to deploy, as `fal deploy` takes it: a file and a class or function in it, such as `app.py::Flux`. */
  readonly ref: pulumi.Input<string>;
  /** The folder that `ref` and `files` are relative to, and in which the `fal` CLI runs. Default: the program's. */
  readonly cwd?: pulumi.Input<string> | undefined;
  /**
   * Globs of the files that the deployment consists of. Default: the folder of `ref`'s file, without what `.gitignore`,
   * `.dockerignore` and `.falignore` leave out.
   */
  readonly files?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /** More files to leave out, in the syntax of `.gitignore`. */
  readonly ignore?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /** Decides whether to deploy instead of the files, such as the id of a commit: a new version is deployed. */
  readonly version?: pulumi.Input<string> | undefined;
  /**
   * The `fal` CLI: a path, or a command on PATH. Default: `fal` in the virtual environment of the project, then on PATH,
   * then through `uvx`.
   */
  readonly fal?: pulumi.Input<string> | undefined;
  /** The Python whose `fal` package deploys, instead of `fal`: a path, or a command on PATH. */
  readonly python?: pulumi.Input<string> | undefined;
}
