package behaviour_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"collatebench/mockserver/behaviour"
)

func latency(t rapid.TB, text string) behaviour.Latency {
	l, err := behaviour.ParseLatency(text)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestDrawIsTheQuantile(t *testing.T) {
	for _, test := range []struct {
		text   string
		u      float64
		others int
		want   time.Duration
	}{
		{"none", .9, 9, 0},
		{"10ms", .9, 9, 10 * time.Millisecond},
		{"uniform:5ms:15ms", 0, 0, 5 * time.Millisecond},
		{"uniform:5ms:15ms", .25, 9, 7500 * time.Microsecond},
		{"lognormal:10ms:80ms", 0, 0, 0},
		{"lognormal:10ms:80ms", .5, 0, 10 * time.Millisecond},
		{"lognormal:10ms:80ms", .99, 0, 80 * time.Millisecond},
		{"pareto:10ms:2", 0, 0, 10 * time.Millisecond},
		{"pareto:10ms:2", .75, 0, 20 * time.Millisecond},
		{"pareto:10ms:0.1", .999999, 0, behaviour.MaxDelay},
		{"load:10ms:2ms", .9, 0, 10 * time.Millisecond},
		{"load:10ms:2ms", .9, 7, 24 * time.Millisecond},
		{"load:1m:1m", .9, 7, behaviour.MaxDelay},
		{"recorded*2", .9, 7, 0},
	} {
		got := latency(t, test.text).Draw(test.u, test.others)
		if (got - test.want).Abs() > time.Nanosecond {
			t.Errorf("%s: Draw(%v, %d) = %v, want %v", test.text, test.u, test.others, got, test.want)
		}
	}
}

func TestDrawStaysWithinBounds(t *testing.T) {
	texts := []string{"none", "10ms", "uniform:5ms:1m", "lognormal:1ns:1m", "pareto:1ms:0.1", "load:1ms:1s"}
	rapid.Check(t, func(t *rapid.T) {
		u := rapid.Float64Range(0, 1).Filter(func(u float64) bool { return u < 1 }).Draw(t, "u")
		l := latency(t, rapid.SampledFrom(texts).Draw(t, "latency"))
		others := rapid.IntRange(0, 1<<20).Draw(t, "others")
		if d := l.Draw(u, others); d < 0 || d > behaviour.MaxDelay {
			t.Fatalf("%s: Draw(%v, %d) = %v", l, u, others, d)
		}
	})
}

func TestFaultsDrawTheirShares(t *testing.T) {
	f, err := behaviour.ParseFaults("500:0.5%+503:1%+reset:2%+truncate:3%+stall:4%+corrupt:5%")
	if err != nil {
		t.Fatal(err)
	}
	const n = 100_000
	count := map[behaviour.Fault]int{}
	for i := range n {
		count[f.Draw((float64(i)+.5)/n)]++
	}
	clean := n
	for _, kind := range behaviour.FaultKinds() {
		if want := int(f.Share(kind)*n + .5); count[kind] != want || want == 0 {
			t.Errorf("%s struck %d of %d, want %d", kind, count[kind], n, want)
		}
		clean -= count[kind]
	}
	if count[""] != clean || clean != n*845/1000 {
		t.Errorf("%d of %d were not struck, want 84.5%%", count[""], n)
	}
}

func TestFaultsOfAllRequests(t *testing.T) {
	f, err := behaviour.ParseFaults("500:33.3333%+503:33.3333%+reset:33.3334%")
	if err != nil {
		t.Fatal(err)
	}
	if got := f.Draw(1 - 1e-16); got != behaviour.Reset {
		t.Errorf("the last number drew %q, want reset: the shares are 100%%", got)
	}
	if got := f.Share("none such"); got != 0 {
		t.Errorf("share of an unknown kind = %v", got)
	}
}
