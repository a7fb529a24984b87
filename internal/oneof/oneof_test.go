package oneof_test

import (
	"testing"

	"collatebench/internal/oneof"
)

// TestNothingButTheNames: no other case, no blank, no part of a name.
func TestNothingButTheNames(t *testing.T) {
	names := []string{"json", "proto"}
	for _, s := range []string{"", "JSON", "json ", "js", "json, proto"} {
		if got, err := oneof.Parse(s, names); got != "" || err == nil {
			t.Errorf("Parse(%q) = %q, %v", s, got, err)
		}
	}
}
