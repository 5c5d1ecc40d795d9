// Writes the SDKs of nodejs, python and go for a package schema: generate-sdks SCHEMA FOLDER
//
// `pulumi package gen-sdk` does the same through language hosts. Those of these languages are in no module that can be
// fetched; the generators that they call are.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	nodegen "github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	pygen "github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

func main() {
	if len(os.Args) != 3 {
		fail(fmt.Errorf("usage: generate-sdks SCHEMA FOLDER"))
	}
	text, err := os.ReadFile(os.Args[1])
	fail(err)
	var spec schema.PackageSpec
	fail(json.Unmarshal(text, &spec))
	generators := map[string]func(*schema.Package) (map[string][]byte, error){
		"nodejs": func(pkg *schema.Package) (map[string][]byte, error) {
			return nodegen.GeneratePackage("pulumi", pkg, nil, nil, false, nil)
		},
		"python": func(pkg *schema.Package) (map[string][]byte, error) {
			return pygen.GeneratePackage("pulumi", pkg, nil, nil)
		},
		"go": func(pkg *schema.Package) (map[string][]byte, error) {
			return gogen.GeneratePackage("pulumi", pkg, nil)
		},
	}
	for language, generate := range generators {
		// Each generator changes what it is given.
		pkg, diagnostics, err := schema.BindSpec(spec, schema.NewNullLoader(), schema.ValidationOptions{})
		fail(err)
		for _, diagnostic := range diagnostics {
			fmt.Fprintf(os.Stderr, "%s: %s\n", diagnostic.Summary, diagnostic.Detail)
		}
		if diagnostics.HasErrors() {
			os.Exit(1)
		}
		files, err := generate(pkg)
		fail(err)
		for name, content := range files {
			path := filepath.Join(os.Args[2], language, name)
			fail(os.MkdirAll(filepath.Dir(path), 0o755))
			fail(os.WriteFile(path, content, 0o644))
		}
	}
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
