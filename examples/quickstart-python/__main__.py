"""A fal account as code."""

import pulumi
import pulumi_fal as fal

config = pulumi.Config()
# Set yours with `pulumi config set --secret hfToken`; it is stored encrypted.
hf_token = config.get_secret("hfToken") or "hf_example"

# Runners see this as an environment variable.
token = fal.Secret("hf-token", name="HF_TOKEN", value=hf_token)

# An app that was deployed with `fal deploy`. Its runners restart when the secret changes.
app = fal.App("image-gen", name="image-gen", auth_mode="private", rollout_on=[token.fingerprint])

# Its scaling. Properties that are left out are not managed.
fal.AppScale(
    "image-gen",
    app=app.id,
    # Warm runners are billed while idle. To keep one: `pulumi config set minConcurrency 1`.
    min_concurrency=config.get_int("minConcurrency") or 0,
    max_concurrency=8,
    keep_alive=300,  # seconds
    machine_types=["GPU-H100", "GPU-A100"],
)

# A second environment, and a provider whose resources belong to it.
staging = fal.Environment("staging", name="staging", description="Try things here")
in_staging = fal.Provider("in-staging", environment=staging.name)
fal.Secret(
    "hf-token-staging",
    name="HF_TOKEN",
    value=hf_token,
    opts=pulumi.ResourceOptions(provider=in_staging),
)

# A key for deployments from CI. The first `up` after 90 days creates a new key; the old one stays valid for a day.
ci = fal.ApiKey("ci", alias="ci", preset="DEPLOY", rotation={"every": "90d", "overlap": "24h"})

# A GPU instance, billed as long as it exists. This orders it:
# `pulumi config set trainerSshKey "$(cat ~/.ssh/id_ed25519.pub)"`
ssh_key = config.get("trainerSshKey")
if ssh_key:
    trainer = fal.ComputeInstance("trainer", instance_type="gpu_1x_h100_sxm5", ssh_key=ssh_key)
    pulumi.export("ssh", trainer.ssh_command)

# A function reads and changes nothing.
running = fal.get_app_output(name=app.name)

pulumi.export("url", app.url)
pulumi.export("ciKey", ci.key)
pulumi.export("revision", running.current_revision)
