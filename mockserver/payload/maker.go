package payload

import (
	"math/rand/v2"
	"strconv"
	"unsafe"
)

// maxAttributes is the most attributes that a made record has.
const maxAttributes = 6

// A maker makes the records of a seed, one after the other. They have what large API responses
// have: identifiers and times that ascend, floats with a fraction (a whole one would be an integer
// to some JSON libraries), a name, two to four sentences, tags, and attributes of their own. No field
// is at its zero value, which some encoders leave out.
type maker struct {
	random *rand.Rand
	made   Record // used again for each
	text   []byte // to which made's Text refers
	name   []byte // and its Name
}

func newMaker(seed uint64) *maker {
	random := rand.New(rand.NewPCG(seed, 0x7061796c6f6164))
	return &maker{
		random: random,
		made: Record{
			Id:         1<<40 + random.Int64N(1<<44),
			Created:    1_700_000_000_000 + random.Int64N(60_000_000_000),
			Attributes: make(map[string]string, maxAttributes),
		},
	}
}

// next makes a record; the next call overwrites it.
func (m *maker) next() *Record {
	r := &m.made
	r.Id += 1 + m.random.Int64N(50)
	r.Created += 1 + m.random.Int64N(2000)
	r.Score = 0.001 + m.random.Float64()
	r.Price = float64(100*m.random.IntN(2000)+1+m.random.IntN(99)) / 100

	m.name = append(append(m.name[:0], pick(m, nameHeads[:])...), ' ')
	m.name = append(append(m.name, pick(m, nameTails[:])...), ' ')
	m.name = strconv.AppendInt(m.name, 1+m.random.Int64N(9999), 10)
	r.Name = lend(m.name)

	m.text = m.sentence(m.text[:0])
	for range 1 + m.random.IntN(3) {
		m.text = m.sentence(append(m.text, ' '))
	}
	r.Text = lend(m.text)

	r.Tags = r.Tags[:0]
	for range 2 + m.random.IntN(4) {
		r.Tags = append(r.Tags, pick(m, tagNames[:]))
	}
	clear(r.Attributes)
	at, step := m.random.IntN(len(attributes)), 1+m.random.IntN(len(attributes)-1)
	for i := range 3 + m.random.IntN(maxAttributes-2) {
		a := &attributes[(at+i*step)%len(attributes)]
		r.Attributes[a.name] = pick(m, a.values)
	}
	return r
}

// stretch gives the record that next made another text, of n bytes of plain ASCII.
func (m *maker) stretch(n int) {
	m.text = m.text[:0]
	for len(m.text) < n {
		m.text = append(append(m.text, pick(m, words[:])...), ' ')
	}
	m.text = m.text[:n]
	m.text[n-1] = '.'
	m.made.Text = lend(m.text)
}

func (m *maker) sentence(b []byte) []byte {
	start := len(b)
	for range 10 + m.random.IntN(16) {
		if m.random.IntN(24) == 0 {
			b = append(b, pick(m, oddWords[:])...)
		} else {
			b = append(b, pick(m, words[:])...)
		}
		b = append(b, ' ')
	}
	if c := b[start]; 'a' <= c && c <= 'z' {
		b[start] = c - 'a' + 'A'
	}
	b[len(b)-1] = '.'
	return b
}

func pick(m *maker, from []string) string { return from[m.random.IntN(len(from))] }

// lend makes a string of b without a copy: of a body of 256 MiB the copies would be 100 MiB.
func lend(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// A pair is an entry of Record.Attributes.
type pair struct{ key, value string }

// sortedPairs appends the entries of m to b, which is empty, in order of their keys. There are few:
// inserting them is quicker than sorting, and than looking the values up by sorted keys.
func sortedPairs(b []pair, m map[string]string) []pair {
	for k, v := range m {
		i := len(b)
		b = append(b, pair{})
		for ; i > 0 && k < b[i-1].key; i-- {
			b[i] = b[i-1]
		}
		b[i] = pair{k, v}
	}
	return b
}
