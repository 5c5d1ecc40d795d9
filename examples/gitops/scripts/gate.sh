#!/bin/sh
# Exits according to the result of review.sh: 0 ok, 3 a gate in FAIL_ON matched, 1 the preview failed.
set -eu
case $(cat fal-report/result) in
  ok) ;;
  gate)
    echo "A gate in FAIL_ON (${FAIL_ON:-}) matched: see the review. Change the program, or add the label fal-accepted (on GitLab, then start the pipeline again). A later push needs the label again." >&2
    exit 3
    ;;
  *)
    echo "The preview or its review failed. See the output above." >&2
    exit 1
    ;;
esac
