"""An app, deployed with the infrastructure that it needs."""

import pulumi
import pulumi_fal as fal

config = pulumi.Config()
# Set yours with `pulumi config set --secret hfToken`; it is stored encrypted.
hf_token = config.get_secret("hfToken") or "hf_example"

# Each stack has a fal environment of its own, so `dev` and `prod` share neither apps nor secrets.
environment = fal.Environment("environment", name=pulumi.get_stack())

# Runners see this as an environment variable.
token = fal.Secret("hf-token", name="HF_TOKEN", environment=environment.name, value=hf_token)

# `pulumi up` deploys the code when one of its files changes. The runners restart when the secret changes.
app = fal.App(
    "flux",
    name="flux",
    environment=environment.name,
    source={"ref": "app.py::Flux", "cwd": "../app"},
    auth_mode="private",
    rollout_on=[token.fingerprint],
)

# Its scaling. A deployment resets some of these values; `reapply_on` sends them again then.
fal.AppScale(
    "flux",
    app=app.id,
    reapply_on=[app.current_revision],
    # Warm runners are billed while idle. To keep one: `pulumi config set minConcurrency 1`.
    min_concurrency=config.get_int("minConcurrency") or 0,
    max_concurrency=4,
    keep_alive=300,  # seconds
    startup_timeout=900,  # seconds; the first start downloads the model
)

pulumi.export("url", app.url)
pulumi.export("revision", app.current_revision)
