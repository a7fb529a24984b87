package behaviour_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"collatebench/mockserver/behaviour"
)

func knob(t testing.TB, name string) behaviour.Knob {
	for _, k := range behaviour.Knobs() {
		if k.Name == name {
			return k
		}
	}
	t.Fatalf("no knob %q", name)
	return behaviour.Knob{}
}

func TestKnobsInTableOrder(t *testing.T) {
	var names []string
	for _, k := range behaviour.Knobs() {
		names = append(names, k.Name)
		if k.Usage == "" || k.Allowed == "" {
			t.Errorf("%s: no usage or nothing allowed", k.Name)
		}
		if got := k.Get(behaviour.Spec{}); got != "none" {
			t.Errorf("%s: Get of a zero Spec = %q, want none", k.Name, got)
		}
	}
	if got, want := strings.Join(names, " "), "latency queue bandwidth connbandwidth faults"; got != want {
		t.Errorf("knobs are %s, want %s", got, want)
	}
}

func TestSpellings(t *testing.T) {
	for _, test := range []struct{ knob, text, want string }{
		{"latency", "10ms", "10ms"},
		{"latency", "0.01s", "10ms"},
		{"latency", "0s", "none"},
		{"latency", "1500us", "1.5ms"},
		{"latency", "1.5µs", "1.5us"},
		{"latency", "60s", "1m0s"},
		{"latency", "uniform:0s:15ms", "uniform:0s:15ms"},
		{"latency", "lognormal:10ms:0.08s", "lognormal:10ms:80ms"},
		{"latency", "pareto:10ms:1.50", "pareto:10ms:1.5"},
		{"latency", "load:10ms:2ms", "load:10ms:2ms"},
		{"latency", "recorded", "recorded"},
		{"latency", "recorded*1.0", "recorded"},
		{"latency", "recorded*2.50", "recorded*2.5"},
		{"latency", "recorded*1e-2", "recorded*0.01"},
		{"queue", "4", "4"},
		{"queue", "1048576", "1048576"},
		{"bandwidth", "100MiBps", "100MiBps"},
		{"bandwidth", "1024KiBps", "1MiBps"},
		{"bandwidth", "1000Bps", "1000Bps"},
		{"connbandwidth", "1024GiBps", "1024GiBps"},
		{"faults", "503:1%+reset:0.5%", "503:1%+reset:0.5%"},
		{"faults", "corrupt:33.3333%+500:1.0%", "500:1%+corrupt:33.3333%"},
		{"faults", "stall:0.0001%+truncate:99.9999%", "truncate:99.9999%+stall:0.0001%"},
	} {
		var s behaviour.Spec
		k := knob(t, test.knob)
		if err := k.Set(&s, test.text); err != nil {
			t.Errorf("%s: Set(%q): %v", test.knob, test.text, err)
		} else if got := k.Get(s); got != test.want {
			t.Errorf("%s: Set(%q) then Get = %q, want %q", test.knob, test.text, got, test.want)
		}
		if err := k.Set(&s, "none"); err != nil || s != (behaviour.Spec{}) {
			t.Errorf("%s: Set(none) left %+v, %v", test.knob, s, err)
		}
	}
}

func TestRefused(t *testing.T) {
	for name, texts := range map[string][]string{
		"latency": {"", "10", "-1ms", "2m", "fast", "fixed:10ms", "uniform", "uniform:5ms", "uniform:15ms:5ms",
			"uniform:5ms:5ms", "uniform:1ms:2ms:3ms", "lognormal:0s:80ms", "lognormal:80ms:10ms", "pareto:10ms:0",
			"pareto:10ms:NaN", "pareto:10ms:+Inf", "pareto:0s:1.5", "load:10ms:0s", "none:10ms", "10ms ", "10ms,20ms",
			"recorded*", "recorded*0", "recorded*0.009", "recorded*101", "recorded*NaN", "recorded2", "recorded:2", "recorded*-2", "recorded*2 "},
		"queue":         {"", "0", "-1", "+1", "1.5", "1048577", "4 "},
		"bandwidth":     {"", "0MiBps", "100", "100MiB/s", "100MBps", "-1Bps", "1.5MiBps", "1025GiBps", "Bps"},
		"connbandwidth": {"99999999999999999999Bps"},
		"faults": {"", "503", "503:1", "503:0%", "404:1%", "503:1%+503:1%", "500:60%+503:41%", "503:0.00001%",
			"503:-1%", "503:1e1%", "503:1%,500:1%", "503:.5%", "503:1%+", "503:101%"},
	} {
		k := knob(t, name)
		for _, text := range texts {
			before := behaviour.Spec{Queue: 7, Bandwidth: 3}
			s := before
			err := k.Set(&s, text)
			switch {
			case err == nil:
				t.Errorf("%s: Set(%q) = %s, want an error", name, text, k.Get(s))
			case s != before:
				t.Errorf("%s: Set(%q) refused and yet changed the Spec", name, text)
			case !strings.HasPrefix(err.Error(), fmt.Sprintf("%q: ", text)), !strings.HasSuffix(err.Error(), k.Allowed),
				strings.Contains(err.Error(), "\n"):
				t.Errorf("%s: Set(%q): %q is not one line with the value and what is allowed", name, text, err)
			}
		}
	}
}

// FuzzKnobs proves that Get and Set are inverses and that every spelling can
// stand in a benchmark's name.
func FuzzKnobs(f *testing.F) {
	for i, text := range []string{"lognormal:10ms:80ms", "4", "100MiBps", "1Bps", "503:1%+reset:0.5%", "pareto:1ns:0.1", "recorded*0.5"} {
		f.Add(uint8(i), text)
	}
	unfit := regexp.MustCompile(`[/=,\s]|[^ -~]|-[0-9]+$`)
	knobs := behaviour.Knobs()
	f.Fuzz(func(t *testing.T, i uint8, text string) {
		k := knobs[int(i)%len(knobs)]
		var s, again behaviour.Spec
		if k.Set(&s, text) != nil {
			return
		}
		spelling := k.Get(s)
		if err := k.Set(&again, spelling); err != nil || again != s {
			t.Errorf("%s: %q is spelled %q, which reads as %+v, %v", k.Name, text, spelling, again, err)
		}
		if got := k.Get(again); got != spelling {
			t.Errorf("%s: %q is spelled %q, and that %q", k.Name, text, spelling, got)
		}
		if unfit.MatchString(spelling) {
			t.Errorf("%s: %q is unfit for a benchmark's name", k.Name, spelling)
		}
	})
}

func ExampleKnobs() {
	var s behaviour.Spec
	for _, k := range behaviour.Knobs() {
		if k.Name == "latency" {
			fmt.Println(k.Set(&s, "0.01s"), k.Get(s))
			fmt.Println(k.Set(&s, "uniform:15ms:5ms"))
		}
	}
	// Output:
	// <nil> 10ms
	// "uniform:15ms:5ms": min is not below max; allowed: none, 10ms (fixed), uniform:5ms:15ms (min:max), lognormal:10ms:80ms (p50:p99), pareto:10ms:1.5 (min:alpha), load:10ms:2ms (base:for each other request in service), recorded or recorded*2 (of mockserver --replay: as it was, by 0.01 to 100)
}
