# A client that only says what it is: the example of peers.Describe.
[ "$1" = --list ] || { echo "sh: $1: this client knows nothing but --list" >&2; exit 1; }
cat <<'END'
{
  "client": "sh",
  "runtime": "a POSIX shell",
  "codecs": [{"name": "json", "library": "none"}],
  "placements": [
    {"name": "pipe", "order": "completion", "about": "one loop reads from a pipe and decodes"},
    {"name": "in-turn", "order": "request", "about": "the same, one after the other"}
  ]
}
END
