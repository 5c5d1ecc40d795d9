// What the current CLI asks of a Go host, and the host of that time does not do.
package main

import (
	"context"
	"fmt"
	"os/exec"
	"strings"

	"pulumi-cli-build/sdks"

	codegen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// GeneratePackage writes an SDK: `pulumi package gen-sdk` and `pulumi package add`.
func (host *goLanguageHost) GeneratePackage(
	ctx context.Context, req *pulumirpc.GeneratePackageRequest,
) (*pulumirpc.GeneratePackageResponse, error) {
	return sdks.Generate(req, func(pkg *schema.Package, loader schema.ReferenceLoader) (map[string][]byte, error) {
		return codegen.GeneratePackage("pulumi-language-go", pkg, req.LocalDependencies)
	})
}

// GenerateProgram translates a program: `pulumi import`.
func (host *goLanguageHost) GenerateProgram(
	ctx context.Context, req *pulumirpc.GenerateProgramRequest,
) (*pulumirpc.GenerateProgramResponse, error) {
	return sdks.GenerateProgram(req, codegen.GenerateProgram)
}

// Link makes generated SDKs dependencies of the project: `pulumi package add`.
func (host *goLanguageHost) Link(ctx context.Context, req *pulumirpc.LinkRequest) (*pulumirpc.LinkResponse, error) {
	for _, dependency := range req.Packages {
		directory := "./" + dependency.Path
		module, err := command(ctx, req.Info.ProgramDirectory, "list", "-C", directory, "-m")
		if err != nil {
			return nil, err
		}
		if _, err := command(ctx, req.Info.ProgramDirectory, "mod", "edit", "-replace", module+"="+directory); err != nil {
			return nil, err
		}
	}
	return &pulumirpc.LinkResponse{}, nil
}

func command(ctx context.Context, directory string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = directory
	output, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go %s: %w: %s", strings.Join(args, " "), err, output)
	}
	return strings.TrimSpace(string(output)), nil
}
