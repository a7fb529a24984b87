package results

import (
	"fmt"
	"iter"
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
// its shard. They are no list: a record from elsewhere may ask for any number.
func (i Info) Planned() iter.Seq[int] {
	s := i.share()
	return func(yield func(int) bool) {
		for n := s.Index; n <= i.Rounds && yield(n); n += s.Of {
		}
	}
}

// PlannedRounds is the number of the rounds that are [Info.Planned].
func (i Info) PlannedRounds() int {
	s := i.share()
	if i.Rounds < s.Index {
		return 0
	}
	return (i.Rounds-s.Index)/s.Of + 1
}

// share is the run's shard; all rounds are one shard.
func (i Info) share() Shard {
	if i.Shard == nil {
		return Shard{1, 1}
	}
	return *i.Shard
}
