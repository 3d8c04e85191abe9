"""The whole application beside a press that misbehaves: `python -m tests.hostile FOLDER`, told in CONTRIBUTING.md."""

# Set in the environment of what runs in the namespace, from which nothing can leave.
INSIDE = "PRESSREVIEW_TEST_INSIDE_NAMESPACE"
