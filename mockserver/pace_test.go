package mockserver_test

import (
	"sync"
	"testing"
	"time"

	"collatebench/mockserver"
)

// Only lower bounds of the time are asserted: upper ones are the machine's.
func TestBandwidthOfAllConnections(t *testing.T) {
	protocols(t, func(t *testing.T, http2 bool) {
		const rate, conns = 4 << 20, 4
		u := serveTo(t, mockserver.Options{Behaviour: behave(t, "bandwidth", "4MiBps")}, newClient(t, http2))
		plain := serve(t, mockserver.Options{})
		start := time.Now()
		var wg sync.WaitGroup
		for id := range conns {
			wg.Go(func() {
				_, body, err := u.fetch("size=256KiB&id=%d", id)
				_, want, _ := plain.fetch("size=256KiB&id=%d", id)
				if err != nil || string(body) != string(want) {
					t.Errorf("id %d: %d bytes, want the %d that come without a limit; %v", id, len(body), len(want), err)
				}
			})
		}
		wg.Wait()
		st := u.stats()
		least := (float64(st.Bytes) - rate/100) / rate // a bucket of 10 ms is full at first
		if took := time.Since(start).Seconds(); took < least {
			t.Errorf("%d bytes in %v s, want %v s or more", st.Bytes, took, least)
		}
		if st.WriteSeconds < least {
			t.Errorf("%v s of writing, want %v or more", st.WriteSeconds, least)
		}
	})
}

func TestBandwidthOfEachConnection(t *testing.T) {
	const rate, conns = 2 << 20, 3
	o := mockserver.Options{Behaviour: behave(t, "connbandwidth", "2MiBps"), SendBuffer: 64 << 10}
	u := serve(t, o)
	other := newClient(t, false)
	var wg sync.WaitGroup
	for range conns {
		wg.Go(func() {
			start := time.Now()
			own := *u
			own.client = newClient(t, false) // one connection, and two bodies through it
			n := 0
			for range 2 {
				_, body, err := own.fetch("size=128KiB")
				if err != nil {
					t.Error(err)
				}
				n += len(body)
			}
			if took, least := time.Since(start).Seconds(), (float64(n)-rate/100)/rate; took < least {
				t.Errorf("%d bytes of a connection in %v s, want %v s or more", n, took, least)
			}
		})
	}
	wg.Wait()
	if st := readStats(t, other, u.url); st.Requests != 2*conns {
		t.Errorf("%d requests, want %d", st.Requests, 2*conns)
	}
}

func TestSlowestRateKeepsEveryByte(t *testing.T) {
	u := serve(t, mockserver.Options{Behaviour: behave(t, "bandwidth", "10KiBps", "connbandwidth", "20KiBps")})
	if _, body := u.must("size=1KiB"); len(body) < 1000 {
		t.Errorf("%d bytes, want 1 KiB", len(body))
	}
}
