package profiles

import (
	"cmp"
	"errors"
	"path/filepath"
	"runtime"
	"runtime/pprof"

	"collatebench/internal/wholefile"
)

const (
	// heapRate is the mean number of bytes allocated between two samples of
	// the heap and allocs profiles. At the runtime's 512 KiB a window of one
	// 1 MiB body and its values leaves a handful of samples; at 16 KiB it
	// leaves some hundreds, for about a millisecond of stack walks a body.
	heapRate = 16 << 10
	// blockRate is in nanoseconds blocked per sample, and 1 keeps every event:
	// at a larger one a short wait is a matter of luck, and a response waits
	// some dozens of times only.
	blockRate = 1
	// mutexFraction keeps one contention in that many: each, likewise.
	mutexFraction = 1
)

var errNeverFull = errors.New("the window was never full: no heap and no goroutine profile")

// memoryPass is the recorder of PassMemory.
type memoryPass struct {
	dir           string
	wasHeapRate   int
	wasFraction   int
	fullWasCalled bool
	taken         []*wholefile.File // not yet committed
}

func startMemory(dir string) (recorder, error) {
	m := &memoryPass{dir: dir, wasHeapRate: runtime.MemProfileRate}
	// Samples are scaled at writing, by the rate of that moment: whatever was
	// allocated before this line is understated. Someone's finer rate stays.
	if m.wasHeapRate == 0 || m.wasHeapRate > heapRate {
		runtime.MemProfileRate = heapRate
	}
	m.wasFraction = runtime.SetMutexProfileFraction(mutexFraction)
	runtime.SetBlockProfileRate(blockRate)
	return m, nil
}

// full takes the goroutine profile first, because it is of this moment. A heap
// profile is of the end of the last collection, so one is made: what is seen
// is what was live, without garbage, some milliseconds into the full window.
func (m *memoryPass) full() error {
	m.fullWasCalled = true
	err := m.take(Goroutine)
	runtime.GC()
	return cmp.Or(err, m.take(Heap), m.commit())
}

// stop restores the rates after writing, since the heap's and the mutexes'
// samples are scaled by them. A collection makes the allocations since the
// last one count. A goroutine that is still blocked is in no block profile.
func (m *memoryPass) stop() error {
	defer m.restore()
	runtime.GC()
	err := cmp.Or(m.take(Allocs), m.take(Block), m.take(Mutex), m.commit())
	if !m.fullWasCalled {
		return cmp.Or(err, errNeverFull)
	}
	return err
}

func (m *memoryPass) restore() {
	runtime.MemProfileRate = m.wasHeapRate
	runtime.SetMutexProfileFraction(m.wasFraction)
	runtime.SetBlockProfileRate(0) // it cannot be read; off is how a process begins
}

// take writes the runtime's profile of that name, as protobuf. It is committed
// later: between two profiles of one moment no disk must be waited for.
func (m *memoryPass) take(k Kind) error {
	f, err := wholefile.Create(filepath.Join(m.dir, k.File()))
	if err != nil {
		return err
	}
	if err := pprof.Lookup(string(k)).WriteTo(f, 0); err != nil {
		f.Discard()
		return err
	}
	m.taken = append(m.taken, f)
	return nil
}

func (m *memoryPass) commit() (err error) {
	for _, f := range m.taken {
		err = cmp.Or(err, f.Commit())
	}
	m.taken = nil
	return err
}
