#!/bin/sh
# GitLab: exchanges the job's OIDC token for one of the Pulumi service that lives for as long as a job may.
# PULUMI_TEAM: the token gets the rights of this team, else those of the organization's members.
# Without PULUMI_ORGANIZATION there is nothing to do: PULUMI_ACCESS_TOKEN or PULUMI_BACKEND_URL say where to.
set -eu
if [ -z "${PULUMI_ORGANIZATION:-}" ]; then exit 0; fi
token=$(mktemp)
trap 'rm -f "$token"' EXIT
printf %s "$PULUMI_ID_TOKEN" >"$token" # In a file: everybody on a machine sees command lines.
if [ -n "${PULUMI_TEAM:-}" ]; then set -- --oidc-team "$PULUMI_TEAM"; fi
pulumi login --oidc-org "$PULUMI_ORGANIZATION" "$@" --oidc-token "file://$token" --oidc-expiration 2h
