package results

import (
	"fmt"
	"strconv"
	"strings"
)

// MaxShards bounds the shards of a plan.
const MaxShards = 10000

// A Shard is a share of the rounds of a plan, which one process takes: shard 3 of 8 has the
// rounds 3, 11, 19 and so on. A round is whole in one shard, so that pairs stay pairs.
type Shard struct {
	Index int `json:"index"` // from 1
	Of    int `json:"of"`
}

// ParseShard reads "3/8".
func ParseShard(text string) (Shard, error) {
	index, of, found := strings.Cut(text, "/")
	i, errIndex := strconv.Atoi(index)
	n, errOf := strconv.Atoi(of)
	s := Shard{i, n}
	if !found || errIndex != nil || errOf != nil || !s.valid() {
		return Shard{}, fmt.Errorf("%q is no shard: it is INDEX/OF from 1/1 to %d/%[2]d, such as 3/8", text, MaxShards)
	}
	return s, nil
}

func (s Shard) valid() bool { return s.Index >= 1 && s.Index <= s.Of && s.Of <= MaxShards }

// String is the inverse of ParseShard.
func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.Index, s.Of) }

// Has says that the shard takes a round, which counts from 1.
func (s Shard) Has(round int) bool { return (round-s.Index)%s.Of == 0 }

// Planned are the rounds that the run takes itself, at most: all that were asked for, or those of
// its shard.
func (i Info) Planned() []int {
	var out []int
	for n := 1; n <= i.Rounds; n++ {
		if i.Shard == nil || i.Shard.Has(n) {
			out = append(out, n)
		}
	}
	return out
}
