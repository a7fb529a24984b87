package mockserver

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"collatebench/mockserver/recording"
)

// A match is how well a request is one that was recorded.
type match uint8

const (
	matchNone    match = iota // it asked for a made payload, or left before it was known
	matchExact                // method, path, query and body are those of one that was recorded
	matchNearest              // method and path are
	matchMissing
)

// A branchKey is what must be equal in any match.
type branchKey struct{ path, method string }

func (k branchKey) String() string { return k.method + " " + k.path }

// pathOf is a URL's path as it was escaped.
func pathOf(u *url.URL) string { return cmp.Or(u.EscapedPath(), "/") }

// A branch is all that was recorded of one method and path. An index by parameter, and what it gave
// before, keep a request's cost from growing with their number.
type branch struct {
	groups []*group
	exact  map[string]*group  // by parameters, joined
	having map[string][]int32 // places in groups, by parameter

	mu   sync.Mutex
	near map[string]*tie // by the parameters that are in having, joined
}

// A group is the exchanges of equal requests: they are served in turn, over and over.
type group struct {
	parameters []string
	exchanges  []*replayed
	next       atomic.Uint64
}

func (g *group) turn() *replayed {
	return g.exchanges[(g.next.Add(1)-1)%uint64(len(g.exchanges))]
}

// A tie is the groups that are as near to a request as each other; they take turns as well.
type tie struct {
	groups []*group
	next   atomic.Uint64
}

func (t *tie) turn() *replayed {
	return t.groups[(t.next.Add(1)-1)%uint64(len(t.groups))].turn()
}

// mostTies bounds what a branch remembers. Requests with new values, which nobody recorded, do not
// add to it.
const mostTies = 256

// parameterOfBody makes the request's body one more parameter.
func parameterOfBody(d recording.Digest) string { return "\x00" + d.String() }

// joined is a key of some parameters. They are decoded, so that no byte is left for a separator:
// each begins with its length.
func joined(parameters []string) string {
	var b strings.Builder
	for _, p := range parameters {
		b.WriteString(strconv.Itoa(len(p)))
		b.WriteByte(':')
		b.WriteString(p)
	}
	return b.String()
}

// add adds an exchange, in the order of the recording.
func (p *replay) add(x *replayed, at branchKey) {
	b := p.branches[at]
	if b == nil {
		b = &branch{exact: map[string]*group{}, having: map[string][]int32{}, near: map[string]*tie{}}
		p.branches[at] = b
		p.known = append(p.known, at)
	}
	parameters := x.parameters
	if !x.requestBody.IsZero() {
		parameters = append(parameters, parameterOfBody(x.requestBody))
	}
	key := joined(parameters)
	g := b.exact[key]
	if g == nil {
		g = &group{parameters: parameters}
		b.exact[key] = g
		for _, parameter := range parameters {
			b.having[parameter] = append(b.having[parameter], int32(len(b.groups)))
		}
		b.groups = append(b.groups, g)
	}
	g.exchanges = append(g.exchanges, x)
}

func (p *replay) sort() {
	slices.SortFunc(p.known, func(a, b branchKey) int {
		return cmp.Or(strings.Compare(a.path, b.path), strings.Compare(a.method, b.method))
	})
}

// branch returns what was recorded of a request's method and path; nil if nothing was. The program
// may say the path with the base of the upstream's, or without.
func (p *replay) branch(r *http.Request) *branch {
	path := pathOf(r.URL)
	if b := p.branches[branchKey{path, r.Method}]; b != nil || p.base == "" {
		return b
	}
	return p.branches[branchKey{p.base + path, r.Method}]
}

// find returns the exchange whose turn it is among those for a request, and how it matches. Body is
// the digest of the request's body, zero if it has none.
func (b *branch) find(parameters []string, body recording.Digest) (*replayed, match) {
	without := b.exact[joined(parameters)]
	if !body.IsZero() {
		parameters = append(parameters, parameterOfBody(body))
		if g := b.exact[joined(parameters)]; g != nil {
			return g.turn(), matchExact
		}
	}
	if without != nil {
		return without.turn(), matchExact
	}
	return b.nearest(parameters).turn(), matchNearest
}

// nearest returns those with the most parameters that are equal.
func (b *branch) nearest(parameters []string) *tie {
	parameters = slices.DeleteFunc(slices.Clone(parameters), func(p string) bool { return b.having[p] == nil })
	key := joined(parameters)
	b.mu.Lock()
	defer b.mu.Unlock()
	if t := b.near[key]; t != nil {
		return t
	}
	if len(b.near) == mostTies {
		clear(b.near)
	}
	t := &tie{groups: b.groups}
	if len(parameters) > 0 {
		t.groups = b.most(parameters)
	}
	b.near[key] = t
	return t
}

// most looks at the groups with the rarest of the parameters first. Those that it has not come to by
// then have at most the parameters that are left: once that is too few it ends, and does not go
// through all that have a parameter that nearly all have.
func (b *branch) most(parameters []string) (out []*group) {
	slices.SortStableFunc(parameters, func(x, y string) int { return len(b.having[x]) - len(b.having[y]) })
	seen, places, best := map[int32]bool{}, []int32{}, 0
	for i, p := range parameters {
		if best > len(parameters)-i {
			break
		}
		for _, place := range b.having[p] {
			if seen[place] {
				continue
			}
			seen[place] = true
			n := b.groups[place].equal(parameters)
			if n > best {
				best, places = n, places[:0]
			}
			if n == best {
				places = append(places, place)
			}
		}
	}
	slices.Sort(places)
	for _, place := range places {
		out = append(out, b.groups[place])
	}
	return out
}

// equal is how many of some parameters g has.
func (g *group) equal(parameters []string) (n int) {
	for _, p := range parameters {
		if slices.Contains(g.parameters, p) {
			n++
		}
	}
	return n
}

// suggestions is how many recorded requests a 404 names.
const suggestions = 3

// like returns recorded requests whose paths begin as a path does, the most alike first.
func (p *replay) like(path string) []branchKey {
	path = p.base + path
	i, _ := slices.BinarySearchFunc(p.known, path, func(k branchKey, path string) int { return strings.Compare(k.path, path) })
	around := slices.Clone(p.known[max(0, i-suggestions):min(len(p.known), i+suggestions)])
	slices.SortStableFunc(around, func(a, b branchKey) int { return common(b.path, path) - common(a.path, path) })
	return around[:min(suggestions, len(around))]
}

// common is how many bytes two texts begin with alike.
func common(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// answerMissing says what there is in place of what was asked for.
func (s *Server) answerMissing(w http.ResponseWriter, r *http.Request) {
	s.tally.miss()
	path := pathOf(r.URL)
	var names []string
	for _, k := range s.replay.like(path) {
		k.path = strings.TrimPrefix(k.path, s.replay.base) // as the program says it
		names = append(names, fmt.Sprintf("%.200s", k))
	}
	w.Header()["X-Collatebench"] = []string{"no match"}
	http.Error(w, fmt.Sprintf("collatebench mockserver: no match in the recording for %.200s; the nearest of %d paths: %s",
		branchKey{path, r.Method}, len(s.replay.known), strings.Join(names, ", ")), http.StatusNotFound)
}
