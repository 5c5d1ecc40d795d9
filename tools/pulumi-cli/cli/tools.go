//go:build tools

package tools

import (
	_ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"

	// Not built from here, but its sources are: see tools/setup/language-hosts.mjs.
	_ "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml"
)
