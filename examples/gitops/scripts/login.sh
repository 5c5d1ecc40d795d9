#!/bin/sh
# GitLab: exchanges the job's OIDC token for a Pulumi Cloud token that is valid for two hours.
# PULUMI_TEAM: the token gets the permissions of this team, otherwise those of the organization's members.
# Without PULUMI_ORGANIZATION it does nothing: PULUMI_ACCESS_TOKEN or PULUMI_BACKEND_URL is used instead.
set -eu
if [ -z "${PULUMI_ORGANIZATION:-}" ]; then exit 0; fi
token=$(mktemp)
trap 'rm -f "$token"' EXIT
printf %s "$PULUMI_ID_TOKEN" >"$token" # Not on the command line, which other users of the machine can see.
if [ -n "${PULUMI_TEAM:-}" ]; then set -- --oidc-team "$PULUMI_TEAM"; fi
pulumi login --oidc-org "$PULUMI_ORGANIZATION" "$@" --oidc-token "file://$token" --oidc-expiration 2h
