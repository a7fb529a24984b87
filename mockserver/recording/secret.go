package recording

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// secretWords are in the names of what nobody should find on a disk. A name that has one and is
// none costs a header that no replay needs; the other way round it would cost a key.
var secretWords = []string{
	"auth", "cookie", "token", "secret", "passw", "credential", "session", "signature", "apikey", "privatekey", "accesskey", "jwt", "csrf", "xsrf",
}

// secretNames are short names that are secrets as a whole: as parts of others they would be too many.
var secretNames = []string{"key", "sig", "pwd", "pass", "sid", "code"}

// Secret says whether a header or a parameter of a query has a name under which secrets go.
func Secret(name string) bool {
	name = strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r == '.' {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
	return slices.Contains(secretNames, name) || slices.ContainsFunc(secretWords, func(w string) bool { return strings.Contains(name, w) })
}

// Secrets says what of an exchange is not written. The zero value keeps no secret header, and
// hashes the values of secret parameters of a query.
type Secrets struct {
	KeepHeaders bool // write headers such as Authorization, Cookie and Set-Cookie
	HashQuery   bool // hash the values of all parameters
	salt        []byte
}

func (s Secrets) header(h http.Header) http.Header {
	if s.KeepHeaders {
		return h
	}
	kept := http.Header{}
	for name, values := range h {
		if !Secret(name) {
			kept[name] = values
		}
	}
	return kept
}

// hashed begins what stands for a value of a query, hashBytes of its hash follow.
const (
	hashed    = "hashed-"
	hashBytes = 12
)

// query returns the query with the values that are not to be written as hashes: equal values have
// equal hashes within one recording. The order of the parameters is kept.
func (s Secrets) query(raw string) string {
	if raw == "" {
		return ""
	}
	parts := strings.Split(raw, "&")
	for i, part := range parts {
		name, value, has := strings.Cut(part, "=")
		plain, err := url.QueryUnescape(name)
		if err != nil {
			plain = name
		}
		if has && (s.HashQuery || Secret(plain)) {
			if v, err := url.QueryUnescape(value); err == nil {
				value = v
			}
			parts[i] = name + "=" + s.hash(value)
		}
	}
	return strings.Join(parts, "&")
}

func (s Secrets) hash(value string) string {
	h := hmac.New(sha256.New, s.salt)
	h.Write([]byte(value))
	return hashed + hex.EncodeToString(h.Sum(nil)[:hashBytes])
}
