package recording

import (
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
)

// Queries reads queries as they compare with those of one recording, in which some values are
// hashes.
type Queries struct {
	secrets Secrets
	hashes  bool // at least of secret parameters
}

// Queries returns the reader of this recording's queries.
func (r *Recording) Queries() Queries {
	q := Queries{secrets: Secrets{salt: r.Salt}, hashes: len(r.Salt) > 0}
	if !q.hashes {
		return q
	}
	// Whether all values were hashed is not written anywhere: it shows by one of a name that is no secret.
	q.secrets.HashQuery = slices.ContainsFunc(r.Exchanges, func(e Exchange) bool {
		for part := range strings.SplitSeq(e.URL.RawQuery, "&") {
			name, value, _ := strings.Cut(part, "=")
			if isHash(value) && !Secret(unescaped(name)) {
				return true
			}
		}
		return false
	})
	return q
}

// Parameters returns the parameters of a recorded or a fresh query, decoded, in the order of their
// names: those of one name keep their order, since it may mean something. Equal parameters are
// equal strings, and no two others are.
func (q Queries) Parameters(raw string) []string {
	var out []string
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		name, value, has := strings.Cut(part, "=")
		name, value = unescaped(name), unescaped(value)
		// What is a hash already is of a recorded query, or of a recorded Location that the program follows.
		if has && q.hashes && (q.secrets.HashQuery || Secret(name)) && !isHash(value) {
			value = q.secrets.hash(value)
		}
		// As long as its name does not hold the separator, "a" and "a=" are one: so they are to most upstreams.
		out = append(out, name+"\x00"+value)
	}
	slices.SortStableFunc(out, func(a, b string) int {
		nameA, _, _ := strings.Cut(a, "\x00")
		nameB, _, _ := strings.Cut(b, "\x00")
		return strings.Compare(nameA, nameB)
	})
	return out
}

// unescaped is what cannot be decoded as it stands, as the recorder hashes it.
func unescaped(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

func isHash(value string) bool {
	digits, ok := strings.CutPrefix(value, hashed)
	b, err := hex.DecodeString(digits)
	return ok && err == nil && len(b) == hashBytes
}
