package stacks

import (
	"cmp"
	"encoding/binary"
	"slices"

	"collatebench/profiles/hotspot"
)

// A builder gathers equal stacks of a thread, and numbers the functions.
type builder struct {
	threads   []*Thread
	functions []Function
	byThread  map[[2]int]int
	byName    map[[2]string]int32 // by name and module: the inlined lines of a function may be in several files
	byStack   map[string]int      // by thread and calls; index into the thread's stacks
	key       []byte
}

func newBuilder() *builder {
	return &builder{byThread: map[[2]int]int{}, byName: map[[2]string]int32{}, byStack: map[string]int{}}
}

// function numbers it. Of functions with the same name and module the first stands for all.
func (b *builder) function(f Function) int32 {
	k := [2]string{f.Name, f.Module}
	id, ok := b.byName[k]
	if !ok {
		id = int32(len(b.functions))
		b.functions = append(b.functions, f)
		b.byName[k] = id
	}
	return id
}

func (b *builder) add(t thread, calls []hotspot.Call, n int64) {
	k := [2]int{t.pid, t.tid}
	at, ok := b.byThread[k]
	if !ok {
		at = len(b.threads)
		b.byThread[k] = at
		b.threads = append(b.threads, &Thread{PID: t.pid, TID: t.tid, Name: t.name})
	}
	to := b.threads[at]
	to.Samples += n
	b.key = binary.LittleEndian.AppendUint32(b.key[:0], uint32(at))
	for _, c := range calls {
		b.key = binary.LittleEndian.AppendUint64(b.key, uint64(uint32(c.Function))<<32|uint64(uint32(c.Line)))
	}
	i, ok := b.byStack[string(b.key)]
	if !ok {
		i = len(to.Stacks)
		b.byStack[string(b.key)] = i
		to.Stacks = append(to.Stacks, hotspot.Stack{Calls: slices.Clone(calls)})
	}
	to.Stacks[i].Samples += n
}

// samples returns what was gathered, the busiest thread and the hottest stack first.
func (b *builder) samples() Samples {
	s := Samples{Functions: b.functions}
	for _, t := range b.threads {
		slices.SortStableFunc(t.Stacks, func(x, y hotspot.Stack) int { return cmp.Compare(y.Samples, x.Samples) })
		s.Threads = append(s.Threads, *t)
	}
	slices.SortFunc(s.Threads, func(x, y Thread) int {
		return cmp.Or(cmp.Compare(y.Samples, x.Samples), cmp.Compare(x.PID, y.PID), cmp.Compare(x.TID, y.TID))
	})
	return s
}
