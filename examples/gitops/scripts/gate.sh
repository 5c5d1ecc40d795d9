#!/bin/sh
# Exits according to the result of review.sh: 0 ok, 3 a gate in FAIL_ON matched, 1 the preview failed.
set -eu
case $(cat fal-report/result) in
  ok) ;;
  gate)
    echo "A gate in FAIL_ON (${FAIL_ON:-}) matched. Change the program, or add the label fal-accepted and run the check again." >&2
    exit 3
    ;;
  *)
    echo "The preview or its review failed. See the output above." >&2
    exit 1
    ;;
esac
