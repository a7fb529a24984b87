package mockserver

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"collatebench/mockserver/payload"
)

// query is what a request for a payload asks for.
type query struct {
	kind     payload.Kind
	codec    payload.Codec
	encoding payload.Encoding
	size     payload.Size
	id       uint64
}

// parameter is one of a query's parts.
type parameter struct {
	name string
	set  func(q *query, value string) error
}

// grammar is the table of parameters, the only list of them. A server makes it
// once: to make it for each request would be a dozen allocations.
type grammar []parameter

func newGrammar() grammar {
	return grammar{
		parsed("codec", payload.ParseCodec, func(q *query) *payload.Codec { return &q.codec }),
		parsed("encoding", payload.ParseEncoding, func(q *query) *payload.Encoding { return &q.encoding }),
		parsed("id", parseID, func(q *query) *uint64 { return &q.id }),
		parsed("kind", payload.ParseKind, func(q *query) *payload.Kind { return &q.kind }),
		parsed("size", parseSize, func(q *query) *payload.Size { return &q.size }),
	}
}

func parsed[T any](name string, parse func(string) (T, error), at func(*query) *T) parameter {
	return parameter{name, func(q *query, value string) (err error) {
		if *at(q), err = parse(value); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	}}
}

// parseSize cuts off the name with which ParseSize begins its errors.
func parseSize(text string) (payload.Size, error) {
	size, err := payload.ParseSize(text)
	if err != nil {
		err = errors.New(strings.TrimPrefix(err.Error(), "size "))
	}
	return size, err
}

func parseID(text string) (uint64, error) {
	id, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q: not a whole number from 0 to 18446744073709551615", text)
	}
	return id, nil
}

// parse reads the query of a URL. url.ParseQuery would not do: it also keeps
// parameters that do not exist, and a misspelt size would be 1 MiB.
func (g grammar) parse(raw string) (query, error) {
	q := query{kind: payload.Records, codec: payload.JSON, encoding: payload.Identity, size: 1 << 20}
	var seen uint64 // a bit for each parameter
	for raw != "" {
		var pair string
		pair, raw, _ = strings.Cut(raw, "&")
		name, value, err := unescape(pair)
		if err != nil {
			return query{}, err
		}
		i := slices.IndexFunc(g, func(p parameter) bool { return p.name == name })
		if i < 0 {
			return query{}, fmt.Errorf("%q: unknown parameter; allowed: %s", name, g)
		}
		if seen&(1<<i) != 0 {
			return query{}, fmt.Errorf("%s: given again as %q; allowed: once", name, value)
		}
		seen |= 1 << i
		if err := g[i].set(&q, value); err != nil {
			return query{}, err
		}
	}
	return q, nil
}

func unescape(pair string) (name, value string, err error) {
	name, value, _ = strings.Cut(pair, "=")
	for _, s := range []*string{&name, &value} {
		if *s, err = url.QueryUnescape(*s); err != nil {
			return "", "", fmt.Errorf("%q: malformed parameter: %w", pair, err)
		}
	}
	return name, value, nil
}

func (g grammar) String() string {
	var names []string
	for _, p := range g {
		names = append(names, p.name)
	}
	return strings.Join(names, ", ")
}

// check holds q against what this server serves.
func (s *Server) check(q query) error {
	switch {
	case q.kind == payload.Captured && len(s.library.captured) == 0:
		return fmt.Errorf("kind: %q: no captured files are served here; allowed: %s", q.kind, payload.Records)
	case q.kind == payload.Records && (q.size < payload.MinSize || q.size > s.o.MaxSize):
		return fmt.Errorf("size: %q: out of bounds; allowed: from %v to %v", q.size, payload.MinSize, s.o.MaxSize)
	}
	return nil
}
