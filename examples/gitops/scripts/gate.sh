#!/bin/sh
# Ends the job as review.sh found: 0 ok, 3 what FAIL_ON names is in the review, 1 the preview failed.
set -eu
case $(cat fal-report/result) in
  ok) ;;
  gate)
    echo "The review has what FAIL_ON (${FAIL_ON:-}) is to stop. Change the program, or have it accepted: see the guide." >&2
    exit 3
    ;;
  *)
    echo "The preview or its review failed; what it printed is above." >&2
    exit 1
    ;;
esac
