// What the current CLI asks of a Python host, and the host of that time does not do.
package main

import (
	"context"
	"fmt"
	"strings"

	"pulumi-cli-build/sdks"

	codegen "github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/pulumi/pulumi/sdk/v3/python/toolchain"
)

// useOptions reads runtime.options of Pulumi.yaml.
func (host *pythonLanguageHost) useOptions(info *pulumirpc.ProgramInfo) {
	if virtualenv := virtualenvOf(info); virtualenv != "" {
		host.virtualenv = virtualenv
		host.virtualenvPath = resolveVirtualEnvironmentPath(info.GetRootDirectory(), virtualenv)
	}
}

func virtualenvOf(info *pulumirpc.ProgramInfo) string {
	return info.GetOptions().GetFields()["virtualenv"].GetStringValue()
}

// GeneratePackage writes an SDK: `pulumi package gen-sdk` and `pulumi package add`.
func (host *pythonLanguageHost) GeneratePackage(
	ctx context.Context, req *pulumirpc.GeneratePackageRequest,
) (*pulumirpc.GeneratePackageResponse, error) {
	return sdks.Generate(req, func(pkg *schema.Package, loader schema.ReferenceLoader) (map[string][]byte, error) {
		return codegen.GeneratePackage("pulumi-language-python", pkg, req.ExtraFiles, loader)
	})
}

// GenerateProgram translates a program: `pulumi import`.
func (host *pythonLanguageHost) GenerateProgram(
	ctx context.Context, req *pulumirpc.GenerateProgramRequest,
) (*pulumirpc.GenerateProgramResponse, error) {
	return sdks.GenerateProgram(req, codegen.GenerateProgram)
}

// Link makes generated SDKs dependencies of the project and installs them: `pulumi package add`.
func (host *pythonLanguageHost) Link(
	ctx context.Context, req *pulumirpc.LinkRequest,
) (*pulumirpc.LinkResponse, error) {
	tools, err := toolchain.ResolveToolchain(toolchain.PythonOptions{
		Root:       req.Info.RootDirectory,
		ProgramDir: req.Info.ProgramDirectory,
		Virtualenv: virtualenvOf(req.Info),
	})
	if err != nil {
		return nil, err
	}
	paths := map[string]string{}
	instructions := "You can then import the SDK in your Python code with:\n"
	for _, dependency := range req.Packages {
		name := "pulumi_" + strings.ReplaceAll(dependency.Package.Name, "-", "_")
		paths[name] = dependency.Path
		instructions += fmt.Sprintf("\n  import %s as %s\n", name, strings.TrimPrefix(name, "pulumi_"))
	}
	if err := tools.LinkPackages(ctx, paths); err != nil {
		return nil, err
	}
	return &pulumirpc.LinkResponse{ImportInstructions: instructions}, nil
}
