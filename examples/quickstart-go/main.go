// A fal account as code.
package main

import (
	"example.com/pulumi-fal/sdk/go/fal"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		cfg := config.New(ctx, "")
		// Set yours with `pulumi config set --secret hfToken`; it is stored encrypted.
		hfToken, err := cfg.TrySecret("hfToken")
		if err != nil {
			hfToken = pulumi.String("hf_example").ToStringOutput()
		}

		// Runners see this as an environment variable.
		token, err := fal.NewSecret(ctx, "hf-token", &fal.SecretArgs{
			Name:  pulumi.String("HF_TOKEN"),
			Value: hfToken,
		})
		if err != nil {
			return err
		}

		// An app that was deployed with `fal deploy`. Its runners restart when the secret changes.
		app, err := fal.NewApp(ctx, "image-gen", &fal.AppArgs{
			Name:      pulumi.String("image-gen"),
			AuthMode:  pulumi.String("private"),
			RolloutOn: pulumi.StringArray{token.Fingerprint},
		})
		if err != nil {
			return err
		}

		// Its scaling. Properties that are left out are not managed.
		_, err = fal.NewAppScale(ctx, "image-gen", &fal.AppScaleArgs{
			App: app.ID(),
			// Warm runners are billed while idle. To keep one: `pulumi config set minConcurrency 1`.
			MinConcurrency: pulumi.Int(cfg.GetInt("minConcurrency")),
			MaxConcurrency: pulumi.Int(8),
			KeepAlive:      pulumi.Int(300), // seconds
			MachineTypes:   pulumi.ToStringArray([]string{"GPU-H100", "GPU-A100"}),
		})
		if err != nil {
			return err
		}

		// A second environment, and a provider whose resources belong to it.
		staging, err := fal.NewEnvironment(ctx, "staging", &fal.EnvironmentArgs{
			Name:        pulumi.String("staging"),
			Description: pulumi.String("Try things here"),
		})
		if err != nil {
			return err
		}
		inStaging, err := fal.NewProvider(ctx, "in-staging", &fal.ProviderArgs{Environment: staging.Name})
		if err != nil {
			return err
		}
		_, err = fal.NewSecret(ctx, "hf-token-staging", &fal.SecretArgs{
			Name:  pulumi.String("HF_TOKEN"),
			Value: hfToken,
		}, pulumi.Provider(inStaging))
		if err != nil {
			return err
		}

		// A key for deployments from CI. The first `up` after 90 days creates a new key; the old one stays valid for a day.
		ci, err := fal.NewApiKey(ctx, "ci", &fal.ApiKeyArgs{
			Alias:    pulumi.String("ci"),
			Preset:   pulumi.String("DEPLOY"),
			Rotation: &fal.ApiKeyRotationArgs{Every: pulumi.String("90d"), Overlap: pulumi.String("24h")},
		})
		if err != nil {
			return err
		}

		// A GPU instance, billed as long as it exists. This orders it:
		// `pulumi config set trainerSshKey "$(cat ~/.ssh/id_ed25519.pub)"`
		if sshKey := cfg.Get("trainerSshKey"); sshKey != "" {
			trainer, err := fal.NewComputeInstance(ctx, "trainer", &fal.ComputeInstanceArgs{
				InstanceType: pulumi.String("gpu_1x_h100_sxm5"),
				SshKey:       pulumi.String(sshKey),
			})
			if err != nil {
				return err
			}
			ctx.Export("ssh", trainer.SshCommand)
		}

		// A function reads and changes nothing.
		running := fal.LookupAppOutput(ctx, fal.LookupAppOutputArgs{Name: app.Name})

		ctx.Export("url", app.Url)
		ctx.Export("ciKey", ci.Key)
		ctx.Export("revision", running.CurrentRevision())
		return nil
	})
}
