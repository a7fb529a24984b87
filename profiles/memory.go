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
	// the heap and allocs profiles. For a window of one 1 MiB body and its values,
	// the runtime's 512 KiB gives about five samples. 16 KiB gives some hundreds,
	// and costs about a millisecond of stack walks for each body.
	heapRate = 16 << 10
	// blockRate is in nanoseconds blocked per sample; 1 keeps every event. A larger
	// rate would keep only some of the short waits, and a response has only some
	// dozens.
	blockRate = 1
	// mutexFraction keeps one of so many contentions; 1 keeps every one.
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
	// Samples are scaled when they are written, by the rate at that time: what was
	// allocated before this line is understated. A finer rate that is already set
	// stays.
	if m.wasHeapRate == 0 || m.wasHeapRate > heapRate {
		runtime.MemProfileRate = heapRate
	}
	m.wasFraction = runtime.SetMutexProfileFraction(mutexFraction)
	runtime.SetBlockProfileRate(blockRate)
	return m, nil
}

func (m *memoryPass) op() error { return nil }

// full takes the goroutine profile first, because it shows this moment. The heap
// profile shows the end of the last garbage collection, so full runs one: the
// profile is then of what is live some milliseconds after the window was full.
func (m *memoryPass) full() error {
	m.fullWasCalled = true
	err := m.take(Goroutine)
	runtime.GC()
	return cmp.Or(err, m.take(Heap), m.commit())
}

// stop restores the rates after it has written the profiles, since samples of heap
// and mutex are scaled by them. The garbage collection makes allocations since the
// last one count. The block profile does not have goroutines that are still blocked.
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
	runtime.SetBlockProfileRate(0) // the rate cannot be read; a process begins with 0
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
