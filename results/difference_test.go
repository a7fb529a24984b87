package results_test

import (
	"reflect"
	"slices"
	"testing"

	"collatebench/internal/allowance"
	"collatebench/results"
)

func TestDifferences(t *testing.T) {
	was := results.Machine{OS: "linux", Arch: "amd64", CPU: "EPYC", Cores: 2, Memory: 8 << 30, Kernel: "6.8.0"}
	could := allowance.Allowance{Cores: 2, Memory: 8 << 30}
	for _, c := range []struct {
		change func(*results.Machine)
		want   []string
	}{
		{func(*results.Machine) {}, nil},
		{func(m *results.Machine) { m.Cores = 1 }, []string{"cores 1, was 2"}},
		{func(m *results.Machine) { m.Kernel, m.CPU = "6.9.1", "" }, []string{`cpu unknown, was "EPYC"`, `kernel "6.9.1", was "6.8.0"`}},
		{func(m *results.Machine) { m.Memory += 40 << 20 }, nil}, // another boot
		{func(m *results.Machine) { m.Memory -= 400 << 20 }, []string{"memory_bytes 8170504192, was 8589934592"}},
		{func(m *results.Machine) { m.Memory = 4 << 30 }, []string{"memory_bytes 4294967296, was 8589934592"}},
		{func(m *results.Machine) { m.Allowance.Cores, m.Allowance.Quota = 1, .5 }, []string{"allowed cores 1, was 2", "allowed cpu_quota 0.5, was unknown"}},
		{func(m *results.Machine) { m.Allowance.Memory += 40 << 20 }, nil},
		{func(m *results.Machine) { m.Allowance.Memory = 1 << 30 }, []string{"allowed memory_bytes 1073741824, was 8589934592"}},
		{func(m *results.Machine) { m.Memory = 0 }, []string{"memory_bytes unknown, was 8589934592"}},
	} {
		now := was
		was.Allowance, now.Allowance = new(could), new(could)
		c.change(&now)
		if got := now.Differences(was); !slices.Equal(got, c.want) {
			t.Errorf("%+v: got %q, want %q", now, got, c.want)
		}
	}
	if here := results.ThisMachine(); len(here.Differences(results.ThisMachine())) > 0 {
		t.Errorf("this machine differs from itself: %q", here.Differences(results.ThisMachine()))
	}
}

// TestDifferencesSeesEveryField: a field that is added to the machine later is compared as well.
func TestDifferencesSeesEveryField(t *testing.T) {
	for i, field := range reflect.VisibleFields(reflect.TypeFor[results.Machine]()) {
		m := results.Machine{}
		v := reflect.ValueOf(&m).Elem().Field(i)
		switch v.Kind() {
		case reflect.String:
			v.SetString("other")
		case reflect.Int, reflect.Int64:
			v.SetInt(1)
		case reflect.Float64:
			v.SetFloat(.5)
		case reflect.Bool:
			v.SetBool(true)
		case reflect.Slice:
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		case reflect.Pointer:
			v.Set(reflect.ValueOf(&allowance.Allowance{Cores: 1}))
		default:
			t.Fatalf("%s is of a kind that this test does not know", field.Name)
		}
		if got := m.Differences(results.Machine{}); len(got) != 1 {
			t.Errorf("another %s: %q", field.Name, got)
		}
	}
}

// TestSharesMachine: the upstream uses the client's cores if it is ours, or runs beside it.
func TestSharesMachine(t *testing.T) {
	for want, infos := range map[bool][]results.Info{
		true:  {{}, {Upstream: "http://127.0.0.1:8080", LocalUpstream: true}},
		false: {{Upstream: "http://10.0.0.7:8080"}},
	} {
		for _, info := range infos {
			if got := info.SharesMachine(); got != want {
				t.Errorf("upstream %q, local %v: %v, want %v", info.Upstream, info.LocalUpstream, got, want)
			}
		}
	}
}
